"""Operators along time: each symbol by itself, the bar and those before it.

`window` counts bars and includes the bar itself. A window that holds a missing value, or that begins before the
history, gives NaN; a missing bar is never bridged. All of them but `ema` are functions of their window alone
(see `fold`); `ema` remembers everything and is withheld until its seed has faded.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.features.library import averages
from tools.features.operators import merge
from tools.features.operators.fold import Array, Merge, State, fold, moving
from tools.features.operators.frames import Operand, framed
from tools.features.operators.logic import greater, greater_equal, less, less_equal, logical_and


def delay(values: pd.DataFrame, lag: int) -> pd.DataFrame:
    """Return the value `lag` bars ago."""
    return values.shift(lag)


def delta(values: pd.DataFrame, lag: int) -> pd.DataFrame:
    """Return the value less the value `lag` bars ago."""
    return values - values.shift(lag)


def ts_sum(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the sum of the window."""
    return _folded(values, window, merge.add)


def sma(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the simple mean of the window."""
    return ts_sum(values, window) / window


def product(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the product of the window."""
    return _folded(values, window, merge.multiply)


def ts_min(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the lowest value of the window."""
    return _folded(values, window, merge.lowest)


def ts_max(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the highest value of the window."""
    return _folded(values, window, merge.highest)


def _folded(values: pd.DataFrame, window: int, how: Merge) -> pd.DataFrame:
    found = moving(window, lambda block: fold((block,), window, how)[0], values.to_numpy(dtype=float))
    return framed(found, values)


def ts_argmin(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the bars since the lowest value of the window, 0 at a new low; of equal values the latest counts."""
    return _age(values, window, merge.latest_lowest)


def ts_argmax(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the bars since the highest value of the window, 0 at a new high; of equal values the latest counts."""
    return _age(values, window, merge.latest_highest)


def _age(values: pd.DataFrame, window: int, how: Merge) -> pd.DataFrame:
    def age(block: Array) -> Array:
        extreme, bars = fold((block, np.zeros_like(block)), window, how)
        return np.where(np.isnan(extreme), np.nan, bars)

    return framed(moving(window, age, values.to_numpy(dtype=float)), values)


def ts_rank(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the rank of the value within its window as a share: 1 the highest, ties averaged."""

    def rank(block: Array) -> Array:
        last = block[:, window - 1 :]
        twice_below = np.full(last.shape, 2, dtype=np.int16)  # twice the rank, the bar itself counted
        for first in range(window - 1):
            before = block[:, first : first + last.shape[1]]
            twice_below += before < last
            twice_below += before <= last
        whole = fold((block,), window, merge.add)[0]
        return np.where(np.isnan(whole), np.nan, twice_below / (2 * window))

    return framed(moving(window, rank, values.to_numpy(dtype=float)), values)


def decay_linear(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the mean of the window with weights `window`, ..., 2, 1 from the bar backwards (also called WMA)."""

    def weighted(block: Array) -> Array:
        return fold((block, block), window, merge.weigh)[1] / (window * (window + 1) / 2)

    return framed(moving(window, weighted, values.to_numpy(dtype=float)), values)


def ema(values: pd.DataFrame, span: int) -> pd.DataFrame:
    """Return the exponential mean, alpha = 2 / (span + 1), NaN until its seed weighs under 0.1 %."""
    settled = values.notna().cumsum() > averages.settling_bars(span, alpha=2 / (span + 1))
    return averages.ema(values, span).where(settled)


def stddev(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the sample standard deviation (ddof 1) of the window."""

    def deviation(block: Array) -> Array:
        squares = fold((block, np.zeros_like(block)), window, merge.moments)[1]
        return np.sqrt(squares / (window - 1))

    return framed(moving(window, deviation, values.to_numpy(dtype=float)), values)


def zscore(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return (value - mean) / standard deviation (ddof 1) of the window; NaN where all of it is equal."""

    def score(block: Array) -> Array:
        mean, squares = fold((block, np.zeros_like(block)), window, merge.moments)
        spread = np.sqrt(squares / (window - 1))
        return (block[:, window - 1 :] - mean) / np.where(spread > 0, spread, np.nan)

    return framed(moving(window, score, values.to_numpy(dtype=float)), values)


def covariance(one: pd.DataFrame, other: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the sample covariance (ddof 1) over the window."""

    def shared(x: Array, y: Array) -> Array:
        return _comoments(x, y, window)[4] / (window - 1)

    return framed(moving(window, shared, one.to_numpy(dtype=float), other.to_numpy(dtype=float)), one)


def correlation(one: pd.DataFrame, other: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return Pearson's correlation over the window, -1 to 1; NaN where one of the two does not vary."""

    def pearson(x: Array, y: Array) -> Array:
        _, _, squares_x, squares_y, products = _comoments(x, y, window)
        scale = np.sqrt(squares_x) * np.sqrt(squares_y)
        return np.clip(products / np.where(scale > 0, scale, np.nan), -1, 1)

    return framed(moving(window, pearson, one.to_numpy(dtype=float), other.to_numpy(dtype=float)), one)


def _comoments(x: Array, y: Array, window: int) -> State:
    zeros = np.zeros_like(x)
    return fold((x, y, zeros, zeros, zeros), window, merge.comoments)


def crosses_above(values: pd.DataFrame, level: Operand) -> pd.DataFrame:
    """Return whether the value is above the level and was not at the bar before."""
    return logical_and(greater(values, level), less_equal(delay(values, 1), _before(level)))


def crosses_below(values: pd.DataFrame, level: Operand) -> pd.DataFrame:
    """Return whether the value is below the level and was not at the bar before."""
    return logical_and(less(values, level), greater_equal(delay(values, 1), _before(level)))


def _before(level: Operand) -> Operand:
    return delay(level, 1) if isinstance(level, pd.DataFrame) else level
