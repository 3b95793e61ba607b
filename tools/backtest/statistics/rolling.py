"""The Sharpe ratio of a window that moves along: does the edge last, or was it one good stretch?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from tools.backtest.statistics.sample import BARS_A_YEAR, FLAT, MIN_RETURNS


def rolling_sharpe(returns: pd.Series, window_bars: int = BARS_A_YEAR) -> pd.Series:
    """Return mean / std(ddof=1) * sqrt(252) of the last `window_bars` known returns at each bar.

    Args:
        returns: daily, as fractions, by bar; NaN ones are left out.
        window_bars: how many returns a window has.

    Returns:
        By the same bars; NaN until a window is full, where the window is constant, and where the return is NaN.
        Windows overlap: neighbouring values are nearly the same number, not fresh evidence.

    Raises:
        ValueError: `window_bars` is below 2.
    """
    if window_bars < MIN_RETURNS:
        raise ValueError("a window needs at least two returns")
    found = returns.dropna()
    ratio = np.full(len(found), np.nan)
    if len(found) >= window_bars:
        windows = np.lib.stride_tricks.sliding_window_view(found.to_numpy(dtype=float), window_bars)
        deviation = windows.std(axis=1, ddof=1)
        varies = deviation > FLAT * np.abs(windows).max(axis=1)
        mean = windows.mean(axis=1)
        ratio[window_bars - 1 :] = np.where(varies, mean / np.where(varies, deviation, 1.0), np.nan)
    return pd.Series(ratio * math.sqrt(BARS_A_YEAR), index=found.index).reindex(returns.index)
