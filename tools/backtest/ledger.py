"""What a run did: the one record that every way of running fills in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd


@dataclass(frozen=True)
class Ledger:
    """What a run did. The trade list is made when it is first asked for: dense runs have millions of fills.

    Attributes:
        equity: multiple of the starting capital at each close; 1 until the first fill, but for interest.
        returns: daily net returns, from the second bar on (no fill is possible on the first).
        weights_held: fractions of NAV at each close, bars x symbols; the rest is cash. Shorts are negative.
        traded: value traded at each bar as a fraction of NAV just before the trade.
        orders: number of fills, one per symbol and bar.
        rejects: number of changes refused because the symbol had no price (or volume) at the fill.
        cost_paid: sum of all trading costs, in multiples of the starting capital; impact included.
        impact_paid: the part of it that is market impact.
        borrow_paid: fees for borrowed shares, likewise in multiples of the starting capital.
        loan_paid: interest on borrowed cash.
        interest_earned: interest on cash.
        delisted: positions closed because their prices ended; their loss is in `delisting_loss`.
        delisting_loss: what the haircuts took, in multiples of the starting capital.
        ruined: whether the capital was lost and trading ended.
    """

    equity: pd.Series
    returns: pd.Series
    weights_held: pd.DataFrame
    traded: pd.Series
    orders: int
    rejects: int
    cost_paid: float
    list_trades: Callable[[], pd.DataFrame] = field(repr=False)
    list_clamps: Callable[[], pd.DataFrame] = field(repr=False)
    impact_paid: float = 0.0
    borrow_paid: float = 0.0
    loan_paid: float = 0.0
    interest_earned: float = 0.0
    delisted: int = 0
    delisting_loss: float = 0.0
    ruined: bool = False

    @cached_property
    def trades(self) -> pd.DataFrame:
        """One row per fill.

        Columns: ts, symbol, side, weight_before, weight_after (fractions of NAV before and after the trade), price,
        cost_fraction (of NAV before the trade). Delistings come first in their bar, at the price paid out; what is
        traded after them is in fractions of the NAV that they leave.
        """
        return self.list_trades()

    @cached_property
    def clamps(self) -> pd.DataFrame:
        """Every limit that bound, and every order refused: ts, symbol, rule, wanted, allowed (weights)."""
        return self.list_clamps()

    @property
    def orders_sent(self) -> int:
        """Fills and rejects together: no order disappears."""
        return self.orders + self.rejects

    @property
    def cash(self) -> pd.Series:
        """Cash at each close in multiples of the starting capital; proceeds of short sales are part of it."""
        return self.equity * (1.0 - self.weights_held.sum(axis=1))
