"""Statistics of a moving window as folds: merged from the statistics of halves, by doubling.

The statistic of 2n bars is made from those of its older and newer n bars, so a window of w bars takes about
2 log2(w) merges. Unlike a running sum, which adds the new bar and takes off the old one, the value is a function of
the window alone, to the last bit: it does not drift, a huge value is gone when it leaves the window, and the same
window gives the same value wherever the history starts. That is what makes a truncated history comparable.

A missing value (NaN) makes every window that holds it NaN.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
State = tuple[Array, ...]
Merge = Callable[[State, int, State, int], State]
Statistic = Callable[..., Array]

BLOCK_VALUES = 32_768  # per array: 256 kB, so that a merge finds its operands in the cache


def fold(base: State, window: int, merge: Merge) -> State:
    """Return the state of every whole window.

    Args:
        base: the state of single bars: arrays of symbols x bars.
        window: bars, no more than there are.
        merge: (older, its bars, newer, its bars) -> the state of both together.

    Returns:
        Arrays of symbols x (bars - window + 1): column i belongs to the window that starts at bar i.
    """
    bars = base[0].shape[-1]
    power, span = base, 1
    total: State = ()
    done = 0
    while True:
        if window & span:
            total = _joined((total, done), (power, span), bars, merge) if done else power
            done += span
        if done == window:
            return total
        power, span = _joined((power, span), (power, span), bars, merge), 2 * span


def _joined(first: tuple[State, int], second: tuple[State, int], bars: int, merge: Merge) -> State:
    """Merge the windows of the first length with the windows of the second that follow them."""
    (older, before), (newer, after) = first, second
    count = bars - before - after + 1
    return merge(
        tuple(part[:, :count] for part in older),
        before,
        tuple(part[:, before : before + count] for part in newer),
        after,
    )


def moving(window: int, statistic: Statistic, *series: Array) -> Array:
    """Apply `statistic` to blocks of symbols and align its windows with their last bar.

    Args:
        window: bars.
        statistic: (*arrays of some symbols x bars) -> one column a whole window.
        series: arrays of bars x symbols, all of one shape; quickest where a symbol's bars lie next to each other.

    Returns:
        Bars x symbols; the first `window` - 1 rows are NaN.
    """
    bars, symbols = series[0].shape
    out = np.full((symbols, bars), np.nan)
    if bars >= window:
        width = max(1, BLOCK_VALUES // bars)
        with np.errstate(all="ignore"):
            for first in range(0, symbols, width):
                block = slice(first, first + width)
                out[block, window - 1 :] = statistic(*(np.ascontiguousarray(values.T[block]) for values in series))
    return out.T
