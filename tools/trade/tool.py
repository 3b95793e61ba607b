"""`propose_trades`: a decision ticket from an experiment's last signal."""

from __future__ import annotations

from pydantic import Field

from tools.kernel.errors import BadRequest
from tools.kernel.spec import Context, Effect, Tool
from tools.kernel.types import Args
from tools.trade.ticket import Ticket


class ProposeArgs(Args):
    """How much money, after which experiment."""

    experiment: str = "latest"
    capital_usd: float = Field(gt=0, le=1e12)
    max_positions: int | None = Field(default=None, ge=1, le=500)


def propose_trades(ctx: Context, args: ProposeArgs) -> Ticket:
    """Propose what to buy with an amount of money; ends in a ticket a human must confirm."""
    raise BadRequest("under construction")


PROPOSE_TRADES = Tool(
    name="propose_trades",
    args=ProposeArgs,
    result=Ticket,
    effect=Effect.TRADE,
    run=propose_trades,
    positional="capital_usd",
    examples=("what would you trade with 50k", "suggest positions for $10,000"),
)
