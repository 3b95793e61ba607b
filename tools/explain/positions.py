"""What was held between the trades, and which symbols earned the result.

From the recorded fills, prices and equity, by the book: a holding of a symbol earns the change of its price, to the
fill and from it, and pays the costs of its fills. Interest and fees of loans belong to no symbol and are what is
left over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.backtest.fills import Fill, marks
from tools.explain.record import Earned, Positions
from tools.features.panel import Panel
from tools.models.model import Floats, Integers

MOST_SHOWN = 10  # of those that gained, and of those that lost
DUST = 1e-9  # fractions of the capital that are rounding, not positions


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """The account of every symbol.

    Attributes:
        symbols: their names; the index too, where it was traded as a hedge.
        held: bars x symbols, whether it was held at the close.
        earned: one a symbol, in fractions of the starting capital, after the costs of its fills.
    """

    symbols: tuple[str, ...]
    held: npt.NDArray[np.bool_]
    earned: Floats


def keep_book(trades: pd.DataFrame, panel: Panel, equity: pd.Series, fill: Fill) -> Book:
    """Return what was held and earned.

    Args:
        trades: the fills, as in `tools.backtest.ledger.Ledger.trades`, in time order.
        panel: prices, which hold every bar of `equity`.
        equity: multiples of the starting capital at each close, 1 at the first.
        fill: where orders were filled.
    """
    bars = pd.DatetimeIndex(equity.index)
    symbols = instruments(trades, panel)
    opens, closes = marks(
        _prices(panel.open, panel.market_open, bars, symbols), _prices(panel.close, panel.market, bars, symbols)
    )
    at = np.nan_to_num(opens if fill == "next_open" else closes)
    closes, nav = np.nan_to_num(closes), equity.to_numpy(dtype=float)
    fills = _Fills.of(trades, bars, pd.Index(symbols))
    units, earned = np.zeros(closes.shape[1]), np.zeros(closes.shape[1])
    held = np.zeros(closes.shape, dtype=bool)
    for bar in range(1, len(closes)):
        if fills.ends[bar] == fills.ends[bar - 1]:
            earned += units * (closes[bar] - closes[bar - 1])
        else:
            today = slice(fills.ends[bar - 1], fills.ends[bar])
            units = _trade(
                fills, today, units, earned, closes=closes[bar - 1 : bar + 1], price=at[bar], nav=nav[bar - 1]
            )
        held[bar] = np.abs(units * closes[bar]) > DUST * nav[bar]
    return Book(symbols, held, earned)


def instruments(trades: pd.DataFrame, panel: Panel) -> tuple[str, ...]:
    """Return the symbols of the panel and, as the last one, the index where it was traded as a hedge."""
    hedge = set(map(str, trades["symbol"])) - set(panel.symbols)
    return (*panel.symbols, *sorted(hedge))


def _prices(
    frame: pd.DataFrame, index: pd.Series | None, bars: pd.DatetimeIndex, symbols: tuple[str, ...]
) -> Floats:
    """Return bars x symbols; what the panel does not hold is the index."""
    found = frame.reindex(bars)
    for symbol in symbols[frame.shape[1] :]:
        found = found.assign(**{symbol: np.nan if index is None else index.reindex(bars)})
    return np.asarray(found.to_numpy(dtype=float))


@dataclass(frozen=True, slots=True, eq=False)
class _Fills:
    """The fills in time order; those of bar b are numbers ends[b - 1] to ends[b]."""

    ends: Integers
    column: Integers
    weight: Floats
    price: Floats
    cost: Floats

    @classmethod
    def of(cls, trades: pd.DataFrame, bars: pd.DatetimeIndex, symbols: pd.Index) -> _Fills:
        bar = bars.get_indexer(pd.DatetimeIndex(trades["ts"]))
        return cls(
            np.searchsorted(bar, np.arange(len(bars)), side="right"),
            symbols.get_indexer(trades["symbol"]),
            trades["weight_after"].to_numpy(dtype=float),
            trades["price"].to_numpy(dtype=float),
            trades["cost_fraction"].to_numpy(dtype=float),
        )


def _trade(
    fills: _Fills, today: slice, units: Floats, earned: Floats, *, closes: Floats, price: Floats, nav: float
) -> Floats:
    """Book a bar with fills: what was held earns up to the fills, what is held then from there to the close."""
    column, cost = fills.column[today], fills.cost[today]
    price = price.copy()
    price[column] = fills.price[today]
    before = units * (price - closes[0])
    nav_before = nav + before.sum()
    after = units.copy()
    after[column] = fills.weight[today] * nav_before * (1.0 - cost.sum()) / price[column]
    earned += before + after * (closes[1] - price)
    np.subtract.at(earned, column, cost * nav_before)
    return after


def positions(book: Book, equity: pd.Series) -> Positions:
    """Return figures of the positions; of many symbols the ones that gained and lost most.

    Args:
        book: the account of each symbol.
        equity: multiples of the starting capital, the bars of the book.
    """
    started = book.held & ~np.vstack([np.zeros_like(book.held[:1]), book.held[:-1]])
    spells = started.sum(axis=0)
    order = np.argsort(-book.earned, kind="stable")
    shown = order if len(order) <= 2 * MOST_SHOWN else np.concatenate([order[:MOST_SHOWN], order[-MOST_SHOWN:]])
    total = float(equity.iloc[-1] / equity.iloc[0] - 1.0)
    return Positions(
        bars=len(book.held),
        in_market=float(book.held.any(axis=1).mean()),
        spells=int(spells.sum()),
        holding_bars=float(book.held.sum() / spells.sum()) if spells.any() else None,
        total=total,
        earned=tuple(
            Earned(
                symbol=book.symbols[column],
                earned=float(book.earned[column]),
                in_market=float(book.held[:, column].mean()),
                spells=int(spells[column]),
            )
            for column in shown
        ),
        elsewhere=total - float(book.earned[shown].sum()),
    )
