"""When targets are traded, at what price, and what it costs: the arithmetic below the engine.

The cost equation. Before a trade the portfolio is worth V and holds values h; afterwards it is worth V' and holds
w V'. Costs are proportional: V' = V - c * sum |w V' - h|. With x = V'/V and b = h/V it reads
x = 1 - c * sum |w x - b|: one equation a bar, independent of the portfolio's size and of every other bar.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Ints: TypeAlias = npt.NDArray[np.int64]
Fill = Literal["next_open", "next_close"]
Rebalance = Literal["daily", "on_change"]

MAX_STEPS = 100
CONVERGED = 1e-14
ORDER_SIZE = 1e-12  # changes of weight up to this are rounding, not orders


def kept_after_costs(weights: Floats, before: Floats, rate: float) -> Floats:
    """Solve x = 1 - rate * sum |weights x - before| for every row.

    Newton's method on a convex, increasing, piecewise-linear function, from x = 1: it comes down from the right and
    stops at the exact root after a few steps.

    Args:
        weights: target weights after the trade, rows x symbols; rate * sum |weights| must be below 1.
        before: weights held just before it, rows x symbols.
        rate: cost per value traded.

    Returns:
        The fraction of NAV that is left, one a row, in (0, 1].
    """
    kept = np.ones(len(weights))
    if rate == 0.0:
        return kept
    for _ in range(MAX_STEPS):
        change = weights * kept[:, None] - before
        gap = kept - 1.0 + rate * np.abs(change).sum(axis=1)
        slope = 1.0 + rate * (weights * np.sign(change)).sum(axis=1)
        step = gap / slope
        kept = kept - step
        if np.abs(step).max(initial=0.0) <= CONVERGED:
            break
    return kept


def marks(open_: Floats, close: Floats) -> tuple[Floats, Floats]:
    """Return the last price known at each open and at each close, bars x symbols; NaN before the first one."""
    if not (np.isnan(open_).any() or np.isnan(close).any()):
        return open_, close
    path = np.empty((2 * len(open_), open_.shape[1]))
    path[0::2], path[1::2] = open_, close
    rows = np.where(np.isnan(path), 0, np.arange(len(path))[:, None])
    filled = np.take_along_axis(path, np.maximum.accumulate(rows, axis=0), axis=0)
    return filled[0::2], filled[1::2]


def _carried(flags: Bools) -> Ints:
    """Return, for each cell, the last row up to it where `flags` held in its column; -1 where none did."""
    rows = np.where(flags, np.arange(len(flags))[:, None], -1)
    return np.maximum.accumulate(rows, axis=0)


def trade_bars(wanted: Floats, tradable: Bools, rebalance: Rebalance) -> tuple[Ints, Floats]:
    """Return the bars on which the portfolio is traded and the targets at those bars.

    Args:
        wanted: targets at the bar where they would be filled, bars x symbols; an all-NaN row means "no decision".
        tradable: whether the symbol has a fill price at that bar.
        rebalance: "daily" trades at every decision; "on_change" only where the target differs from the one before,
            and again once a symbol whose change could not be filled has a price.
    """
    decided = np.asarray(~np.isnan(wanted).all(axis=1), dtype=np.bool_)
    last = _carried(decided[:, None])[:, 0]
    target = np.where((last >= 0)[:, None], np.nan_to_num(wanted[np.maximum(last, 0)]), 0.0)
    if rebalance == "daily":
        bars = np.flatnonzero(decided)
        return bars, target[bars]
    previous = np.vstack([np.zeros_like(target[:1]), target[:-1]])
    changed = target != previous
    trade = changed.any(axis=1)
    if not tradable.all():
        pending = _carried(changed) > _carried(tradable)
        trade[1:] |= (pending[:-1] & tradable[1:]).any(axis=1)
    bars = np.flatnonzero(trade)
    return bars, target[bars]


def _reachable(target: Floats, before: Floats, free: Bools, rate: float) -> Floats:
    """Return weights as near to `target` as the tradable symbols allow, without borrowing.

    Symbols without a price keep their value; the others are scaled down where the locked ones leave too little.
    """
    kept = 1.0
    weights = target
    for _ in range(MAX_STEPS):
        locked = np.where(free, 0.0, before / kept)
        asked = float(target[free].sum())
        room = max(1.0 - float(locked.sum()), 0.0)
        scale = min(1.0, room / asked) if asked > 0 else 1.0
        weights = np.where(free, target * scale, locked)
        solved = float(kept_after_costs(weights[None, :], before[None, :], rate)[0])
        if abs(solved - kept) <= CONVERGED:
            break
        kept = solved
    return weights


def lock_untradable(target: Floats, prices: Floats, tradable: Bools, rate: float) -> tuple[Floats, int]:
    """Replace targets that cannot be reached for want of a price; count the orders refused.

    Args:
        target: wanted weights at each trade bar, trades x symbols.
        prices: last known price at those bars, positive wherever something was held.
        tradable: whether the symbol has a fill price at that bar.
        rate: cost per value traded.

    Returns:
        The weights that are reached, and the number of (bar, symbol) changes refused.
    """
    if tradable.all():
        return target, 0
    touched = np.maximum.accumulate(target > 0, axis=0)
    affected = np.flatnonzero((touched & ~tradable).any(axis=1))
    reached = target.copy()
    refused = 0
    for row in affected:
        before = np.zeros(target.shape[1])
        if row > 0:
            values = reached[row - 1] * prices[row] / prices[row - 1]
            before = values / (1.0 - reached[row - 1].sum() + values.sum())
        stuck = ~tradable[row]
        refused += int((stuck & (np.abs(target[row] - before) > ORDER_SIZE)).sum())
        reached[row] = _reachable(target[row], before, tradable[row], rate)
    return reached, refused
