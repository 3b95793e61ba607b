"""The terms a portfolio trades on beside its costs: what is allowed, what it pays, what stops it.

The defaults are those of a cash account without frills: no shorts, no loan, no interest, no impact, no risk rule,
and a holding whose prices end stays at its last one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tools.backtest.carry import Carry
from tools.backtest.impact import Impact
from tools.backtest.risk import Risk
from tools.backtest.weights import LONGEST_GAP
from tools.kernel.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Delisting:
    """Holdings whose prices end are closed.

    A symbol counts as delisted once it has had no price for more than `after_bars` bars: nothing is known of the
    future. A long position then pays its last price less the haircut; a short one is bought back at the last price,
    without the gain of a haircut. No trading cost. Shumway (1997), "The Delisting Bias in CRSP Data", finds
    performance-related delistings to return about -30 % on average.

    Raises BadRequest where the haircut is no fraction or `after_bars` is negative.
    """

    haircut: float = 0.0
    after_bars: int = LONGEST_GAP

    def __post_init__(self) -> None:
        """Reject haircuts without meaning."""
        if not (0 <= self.haircut <= 1 and self.after_bars >= 0):
            raise BadRequest(
                "A haircut lies between 0 and 1, and a delisting takes zero or more bars to notice.",
                hint="0.3 means that 70 % of the last price is paid.",
            )


@dataclass(frozen=True, slots=True)
class Terms:
    """What a portfolio may do and what it pays beside trading costs.

    Attributes:
        short: whether weights may be negative.
        leverage: whether cash may be negative. Without it, net weights sum to at most 1, and where fees make cash
            negative, holdings are sold at the next fill. Shorts need no loan: their proceeds are cash.
        carry: borrow fees, interest.
        impact: market impact; None for none.
        delisting: what happens to holdings whose prices end; None freezes them at the last price, unsold, and
            every order for them is refused.
        risk: rules along the equity path; None for none.
    """

    short: bool = False
    leverage: bool = False
    carry: Carry = field(default_factory=Carry)
    impact: Impact | None = None
    delisting: Delisting | None = None
    risk: Risk | None = None

    @property
    def path_dependent(self) -> bool:
        """Whether a bar depends on more than the weights before it, so that bars are taken one by one."""
        return not (self.carry.free and self.impact is None and self.delisting is None and self.risk is None)

    @property
    def only_borrows(self) -> bool:
        """Whether a fee for borrowed shares is all that is paid beside trading costs."""
        fee = replace(self.carry, borrow_bps=0.0).free and not self.leverage
        return fee and self.impact is None and self.delisting is None and self.risk is None


CASH_ACCOUNT = Terms()
