"""What `propose_trades` is asked."""

from __future__ import annotations

from pydantic import Field

from tools.kernel.types import Args


class ProposeArgs(Args):
    """How much money, after which experiment."""

    experiment: str = "latest"
    capital_usd: float = Field(gt=0, le=1e12)
    max_positions: int | None = Field(default=None, ge=1, le=500)
