"""Statistics of a moving window as folds: merged from the statistics of its parts.

The statistic of 2n bars is made from those of its older and newer n bars, that of 3n bars from those of 2n and n. A
window is taken apart by its factors: one of 60 bars is 2 x 2 x 3 x 5, in 7 merges. Unlike a running sum, which
adds the new bar and takes off the old one, the value is a function of the window alone, to the last bit: it does
not drift, a huge value is gone when it leaves the window, and the same window gives the same value wherever the
history starts. That is what makes a truncated history comparable.

A missing value (NaN) makes every window that holds it NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
State = tuple[Array, ...]
Merge = Callable[[State, int, State, int], State]
Statistic = Callable[..., Array]

BLOCK_VALUES = 32_768  # per array: 256 kB, so that a merge finds its operands in the cache


def fold(base: State, window: int, merge: Merge, bars: int = 1) -> State:
    """Return the state of every whole window.

    Args:
        base: the state of single bars: arrays of symbols x bars.
        window: bars, no more than there are.
        merge: (older, its bars, newer, its bars) -> the state of both together.
        bars: where `base` already holds stretches of several bars, how many; `window` then counts stretches.

    Returns:
        Arrays of symbols x (bars - window + 1): column i belongs to the window that starts at bar i.
    """
    if window == 1:
        return base
    factor = next((number for number in range(2, math.isqrt(window) + 1) if window % number == 0), window)
    if factor < window:
        return fold(fold(base, factor, merge, bars), window // factor, merge, factor * bars)
    before = (window - 1) * bars
    older = fold(base, window - 1, merge, bars)
    count = base[0].shape[-1] - before
    return merge(tuple(part[:, :count] for part in older), before, tuple(part[:, before:] for part in base), bars)


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
