"""Trading costs proportional to the value traded.

Covers commission and half-spread style slippage. It does not cover market impact, borrow fees, financing or tax.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tools.kernel.errors import BadRequest

BPS = 1e-4
MAX_RATE = 0.5


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs in basis points of the value traded, each side of a trade paying them once.

    Raises BadRequest where either is negative or they add up to half the trade or more.
    """

    commission_bps: float = 0.0
    slippage_bps: float = 0.0

    def __post_init__(self) -> None:
        """Reject costs that are negative or absurd."""
        if not (self.commission_bps >= 0 and self.slippage_bps >= 0 and self.rate < MAX_RATE):
            raise BadRequest(
                f"Costs of {self.commission_bps} + {self.slippage_bps} bps make no sense.",
                hint="Give commission and slippage in basis points (1 bp is 0.01 %), below 5000 in all.",
            )

    @property
    def rate(self) -> float:
        """Cost as a fraction of the value traded: 6 bps is 0.0006."""
        return (self.commission_bps + self.slippage_bps) * BPS

    def times(self, multiple: float) -> Costs:
        """Return the costs scaled by `multiple`."""
        return replace(
            self, commission_bps=self.commission_bps * multiple, slippage_bps=self.slippage_bps * multiple
        )
