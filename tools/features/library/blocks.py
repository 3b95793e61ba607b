"""How formulas meet frames: a formula works on some symbols at a time, small enough to stay in the cache.

A formula is a function of arrays, symbols x bars, each symbol's bars next to each other in memory. Working through
a large panel block by block keeps the intermediate results near the processor. How a panel is cut into blocks does
not show in the values. Threads are left out on purpose: the steps of a formula are too short for them, and handing
the interpreter from one to the other costs more than a second core brings.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
Formula = Callable[..., Array]

BLOCK_VALUES = 120_000  # an array: 960 kB; smaller ones are nearer, but then Python's own steps weigh more


def per_symbol(formula: Formula, *frames: pd.DataFrame) -> pd.DataFrame:
    """Apply a formula to every symbol of some frames with the same labels.

    Args:
        formula: arrays of symbols x bars -> symbols x bars, of which it may leave out the first; it treats every
            symbol by itself. Division by zero and the like are not reported; the formula says what they give.
        frames: bars x symbols.

    Returns:
        Bars x symbols, with the labels of the first frame; NaN at the bars left out.
    """
    like = frames[0]
    arrays = [frame.to_numpy(dtype=float).T for frame in frames]
    out = np.empty(arrays[0].shape)
    symbols, bars = out.shape
    width = max(1, BLOCK_VALUES // max(bars, 1))

    with np.errstate(all="ignore"):
        for first in range(0, symbols, width):
            block = slice(first, first + width)
            late = formula(*(np.ascontiguousarray(array[block]) for array in arrays))
            out[block, : bars - late.shape[1]] = np.nan
            out[block, bars - late.shape[1] :] = late
    return pd.DataFrame(out.T, index=like.index, columns=like.columns, copy=False)


def per_bar(values: npt.ArrayLike, close: pd.DataFrame) -> pd.DataFrame:
    """Return one number a bar as bars x symbols: the same for every symbol that has a close, NaN for the others."""
    column = np.asarray(values, dtype=float)[:, None]
    return pd.DataFrame(
        np.where(close.notna(), column, np.nan), index=close.index, columns=close.columns, copy=False
    )


def after_warmup(values: pd.DataFrame, close: pd.DataFrame, warmup: int) -> pd.DataFrame:
    """Return `values` with NaN in the first `warmup` bars of each symbol, counted from its own first close."""
    prices = close.to_numpy(dtype=float)
    if not np.isnan(prices.min(initial=np.inf)):  # the smallest is unknown where any is
        values = values.copy(deep=False)
        values.iloc[:warmup] = np.nan
        return values
    first_usable = [_place(column, warmup) for column in ~np.isnan(prices.T)]
    early = np.arange(len(close))[:, None] < np.array(first_usable, dtype=int)
    return values.mask(early)


def _place(known: npt.NDArray[np.bool_], count: int) -> int:
    """Return where the bar after the first `count` known ones is; the length where there is none."""
    places = np.flatnonzero(known)
    return int(places[count]) if len(places) > count else len(known)
