"""When targets are traded, at what price, and what it costs: the arithmetic below the engine.

The cost equation. Before a trade the portfolio is worth V and holds values h; afterwards it is worth V' and holds
w V'. Costs are proportional: V' = V - c * sum |w V' - h|. With x = V'/V and b = h/V it reads
x = 1 - c * sum |w x - b|: one equation a bar, independent of the portfolio's size and of every other bar.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Ints: TypeAlias = npt.NDArray[np.int64]
Keep: TypeAlias = Callable[[Floats, Floats], float]
Fill = Literal["next_open", "next_close"]
Rebalance = Literal["daily", "on_change"]

MAX_STEPS = 100
CONVERGED = 1e-14
ORDER_SIZE = 1e-12  # changes of weight up to this are rounding, not orders


def possible_fill(open_: pd.DataFrame) -> Fill:
    """Return the earliest fill that prices allow: the next open, or the next close where a symbol has no opens."""
    return "next_open" if bool(open_.notna().any().all()) else "next_close"


def kept_after_costs(weights: Floats, before: Floats, rate: float) -> Floats:
    """Solve x = 1 - rate * sum |weights x - before| for every row.

    Newton's method on a convex, increasing, piecewise-linear function, from x = 1: it comes down from the right and
    stops at the exact root after a few steps.

    Args:
        weights: target weights after the trade, rows x symbols, shorts negative; rate * sum |weights| must be below
            1.
        before: weights held just before it, rows x symbols.
        rate: cost per value traded.

    Returns:
        The fraction of NAV that is left, one a row, at most 1; not positive only where liquidation would cost more
        than NAV.
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


def _known(weights: Floats) -> Floats:
    """Return weights with zero for "no opinion on this symbol"."""
    unknown = np.isnan(weights)
    return np.where(unknown, 0.0, weights) if unknown.any() else weights


def trade_bars(wanted: Floats, tradable: Bools, rebalance: Rebalance) -> tuple[Ints, Floats]:
    """Return the bars on which the portfolio is traded and the targets at those bars.

    Args:
        wanted: targets at the bar where they would be filled, bars x symbols; an all-NaN row means "no decision".
        tradable: whether the symbol has a fill price at that bar.
        rebalance: "daily" trades at every decision; "on_change" only where the target differs from the one before,
            and again once a symbol whose change could not be filled has a price.
    """
    decided = np.asarray(~np.isnan(wanted).all(axis=1), dtype=np.bool_)
    if rebalance == "daily":
        bars = np.flatnonzero(decided)
        return bars, _known(wanted[bars])
    last = _carried(decided[:, None])[:, 0]
    target = np.where((last >= 0)[:, None], _known(wanted[np.maximum(last, 0)]), 0.0)
    previous = np.vstack([np.zeros_like(target[:1]), target[:-1]])
    changed = target != previous
    trade = changed.any(axis=1)
    if not tradable.all():
        pending = _carried(changed) > _carried(tradable)
        trade[1:] |= (pending[:-1] & tradable[1:]).any(axis=1)
    bars = np.flatnonzero(trade)
    return bars, target[bars]


def reachable(target: Floats, before: Floats, free: Bools, keep: Keep, *, borrow: bool = False) -> Floats:
    """Return weights as near to `target` as the tradable symbols allow, without borrowing more than allowed.

    Symbols without a price keep their value; the others are scaled down where the locked ones leave too little.

    Args:
        target: wanted weights, one a symbol.
        before: weights held just before the trade.
        free: whether the symbol can be traded.
        keep: solves the cost equation for one row: (weights, before) -> fraction of NAV that is left.
        borrow: whether cash may be negative, so that nothing has to be scaled.
    """
    kept = 1.0
    weights = target
    for _ in range(MAX_STEPS):
        locked = np.where(free, 0.0, before / kept)
        wanted = target if borrow else _affordable(target, before / kept, free, float(locked.sum()))
        weights = np.where(free, wanted, locked)
        solved = keep(weights, before)
        if abs(solved - kept) <= CONVERGED:
            break
        kept = solved
    return weights


def _affordable(target: Floats, held: Floats, free: Bools, locked: float) -> Floats:
    """Return targets that cost no more than what the locked weights leave."""
    asked = float(target[free].sum())
    if locked > 1.0 and asked > 1.0 - locked:  # short proceeds are in locked longs: cover only what cash allows
        owned = float(held[free].sum())
        share = min(max((1.0 - locked - owned) / (asked - owned), 0.0), 1.0) if asked > owned else 0.0
        return held + share * (target - held)
    room = max(1.0 - locked, 0.0)
    scale = min(1.0, room / asked) if asked > 0 else 1.0
    return target * scale


def borrow_fee(weights: Floats, night: Floats) -> Floats:
    """Return what a night costs as a fraction of NAV after the trade before it, one a row.

    Args:
        weights: held after the trade, rows x symbols.
        night: the fee for a weight of 1 held short, at the close after the trade.
    """
    return np.asarray(-(np.minimum(weights, 0.0) * night).sum(axis=-1))


def lock_untradable(
    target: Floats,
    prices: Floats,
    tradable: Bools,
    rate: float,
    *,
    borrow: bool = False,
    night: Floats | None = None,
) -> tuple[Floats, Ints]:
    """Replace targets that cannot be reached for want of a price.

    Args:
        target: wanted weights at each trade bar, trades x symbols.
        prices: last known price at those bars, positive wherever something was held.
        tradable: whether the symbol has a fill price at that bar.
        rate: cost per value traded.
        borrow: whether cash may be negative.
        night: the fee that a weight of 1 held short costs in the night after each trade; None for none.

    Returns:
        The weights that are reached; and the changes refused, as pairs (trade, symbol).
    """
    if tradable.all():
        return target, np.empty((0, 2), dtype=np.int64)
    touched = np.maximum.accumulate(target != 0, axis=0)
    affected = np.flatnonzero((touched & ~tradable).any(axis=1))
    reached = target.copy()
    refused = np.zeros_like(tradable)

    def keep(weights: Floats, before: Floats) -> float:
        return float(kept_after_costs(weights[None, :], before[None, :], rate)[0])

    for row in affected:
        before = np.zeros(target.shape[1])
        if row > 0:
            values = reached[row - 1] * prices[row] / prices[row - 1]
            fee = 0.0 if night is None else float(borrow_fee(reached[row - 1], night[row - 1]))
            before = values / (1.0 - reached[row - 1].sum() - fee + values.sum())
        stuck = ~tradable[row]
        refused[row] = stuck & (np.abs(target[row] - before) > ORDER_SIZE)
        reached[row] = reachable(target[row], before, tradable[row], keep, borrow=borrow)
    return reached, np.argwhere(refused)
