"""What happens while bars are taken one by one, written down; and the ledger that comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from tools.backtest.carry import Accrual
from tools.backtest.clamps import Clamps
from tools.backtest.fills import Floats, Ints
from tools.backtest.ledger import Ledger
from tools.backtest.market import Market


class Fills(NamedTuple):
    """The fills of one bar, one entry a symbol traded; weights and costs are fractions of NAV before the trade.

    `after` is a fraction of NAV after it.
    """

    bar: int
    column: Ints
    change: Floats
    before: Floats
    after: Floats
    price: Floats
    cost: Floats


@dataclass
class Book:
    """What happened so far; amounts in multiples of the starting capital."""

    fills: list[Fills] = field(default_factory=list)
    clamps: Clamps = field(default_factory=Clamps)
    cost: float = 0.0
    impact: float = 0.0
    nights: list[Accrual] = field(default_factory=list)
    delisted: int = 0
    delisting_loss: float = 0.0


def ledger_of(book: Book, market: Market, equity: Floats, traded: Floats, held: Floats) -> Ledger:
    """Return the ledger of a run: its book, and equity, value traded and weights at each bar."""
    curve = pd.Series(equity, index=market.index, name="equity")
    return Ledger(
        equity=curve,
        returns=curve.pct_change().fillna(0.0).iloc[1:].rename("returns"),
        weights_held=pd.DataFrame(held, index=market.index, columns=market.columns),
        traded=pd.Series(traded, index=market.index, name="traded"),
        orders=sum(len(each.column) for each in book.fills),
        rejects=book.clamps.count("no_price", "no_volume"),
        cost_paid=book.cost,
        list_trades=lambda: _trades(book, market),
        list_clamps=lambda: book.clamps.frame(market.index, tuple(map(str, market.columns))),
        impact_paid=book.impact,
        borrow_paid=sum(night.borrow for night in book.nights),
        loan_paid=sum(night.loan for night in book.nights),
        interest_earned=sum(night.interest for night in book.nights),
        delisted=book.delisted,
        delisting_loss=book.delisting_loss,
        ruined=book.clamps.count("ruin") > 0,
    )


def _trades(book: Book, market: Market) -> pd.DataFrame:
    """Return one row per fill, in the columns of `Ledger.trades`."""
    none = Fills(0, np.empty(0, dtype=np.int64), *[np.empty(0)] * 5)
    parts = [none, *book.fills]
    bar = np.repeat([part.bar for part in parts], [len(part.column) for part in parts])
    column = np.concatenate([part.column for part in parts])
    return pd.DataFrame(
        {
            "ts": market.index[bar],
            "symbol": market.columns[column],
            "side": np.where(np.concatenate([part.change for part in parts]) > 0, "buy", "sell"),
            "weight_before": np.concatenate([part.before for part in parts]),
            "weight_after": np.concatenate([part.after for part in parts]),
            "price": np.concatenate([part.price for part in parts]),
            "cost_fraction": np.concatenate([part.cost for part in parts]),
        }
    )
