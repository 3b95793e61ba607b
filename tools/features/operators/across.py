"""Operators across the universe: every value depends on the same bar of all symbols, and on no other bar.

A symbol without a value at a bar takes no part in it and stays NaN.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.features.operators.fold import Array
from tools.features.operators.frames import framed


def rank(values: pd.DataFrame) -> pd.DataFrame:
    """Return the rank at the bar as a share of the symbols that have a value: 1 the highest, ties averaged."""
    return values.rank(axis=1, pct=True)


def demean(values: pd.DataFrame) -> pd.DataFrame:
    """Return the value less the mean of the bar."""
    return framed(_centred(values)[0], values)


def zscore_across(values: pd.DataFrame) -> pd.DataFrame:
    """Return (value - mean) / standard deviation (ddof 1) of the bar; NaN where all are equal or there is one."""
    centred, count = _centred(values)
    spread = np.sqrt(_total(centred * centred) / np.where(count > 1, count - 1, np.nan))
    return framed(centred / np.where(spread > 0, spread, np.nan), values)


def scale(values: pd.DataFrame) -> pd.DataFrame:
    """Return the values of the bar, multiplied so that their absolute values add up to 1."""
    found = values.to_numpy(dtype=float)
    size = _total(np.abs(found))
    return framed(found / np.where(size > 0, size, np.nan), values)


def _centred(values: pd.DataFrame) -> tuple[Array, Array]:
    """Return the values less their mean, and the number of them, bar by bar."""
    found = values.to_numpy(dtype=float)
    count = np.count_nonzero(~np.isnan(found), axis=1, keepdims=True).astype(float)
    mean = _total(found) / np.where(count > 0, count, np.nan)
    centred = found - mean
    # equal values are 0 apart, though their mean may be a rounding error away
    level = np.fmax.reduce(found, axis=1, keepdims=True) == np.fmin.reduce(found, axis=1, keepdims=True)
    return np.where(level & ~np.isnan(found), 0.0, centred), count


def _total(values: Array) -> Array:
    """Return the sum of the known values of each bar, as a column, in the order of the symbols.

    Rows are laid out one after another first: numpy adds in an order that depends on the layout.
    """
    total: Array = np.nansum(np.ascontiguousarray(values), axis=1, keepdims=True)
    return total
