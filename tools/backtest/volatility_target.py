"""Scale a portfolio so that its predicted volatility is the one wanted.

The prediction is the volatility that today's weights would have had over the last bars: trailing, and as slow as
its window. It takes no view on tomorrow; after a calm spell it is too low.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from tools.backtest.fills import Floats
from tools.backtest.stats import BARS_A_YEAR
from tools.kernel.errors import BadRequest

VOLATILITY_WINDOW = 60
ROWS_AT_ONCE = 256


def predicted_volatility(targets: pd.DataFrame, close: pd.DataFrame, window: int = VOLATILITY_WINDOW) -> pd.Series:
    """Return the annual volatility of each bar's weights over the last `window` returns: std(ddof=1) * sqrt(252).

    A missing return counts as none. NaN for the first `window` bars.

    Raises:
        BadRequest: the window is below 2, or the shapes differ.
    """
    same = targets.index.equals(close.index) and targets.columns.equals(close.columns)
    if window < 2 or not same:  # noqa: PLR2004  a deviation needs two
        raise BadRequest(
            "Volatility needs two returns or more, and closes in the shape of the weights.",
            hint="Use a window of some months, such as 60.",
        )
    found = np.full(len(close), np.nan)
    returns = np.nan_to_num(close.pct_change(fill_method=None).to_numpy(dtype=float))
    weights = np.nan_to_num(targets.to_numpy(dtype=float))
    for first in range(window, len(close), ROWS_AT_ONCE):
        last = min(first + ROWS_AT_ONCE, len(close))
        past = sliding_window_view(returns[first - window + 1 : last], window, axis=0)  # rows, symbols, window
        series: Floats = np.matmul(weights[first:last, None, :], past)[:, 0, :]
        found[first:last] = series.std(axis=1, ddof=1)
    return pd.Series(found * np.sqrt(BARS_A_YEAR), index=close.index)


def target_volatility(
    targets: pd.DataFrame,
    close: pd.DataFrame,
    annual: float,
    *,
    max_leverage: float = 1.0,
    window: int = VOLATILITY_WINDOW,
) -> pd.DataFrame:
    """Scale each row to the volatility `annual`, a fraction a year, with longs and shorts at most `max_leverage`.

    Rows whose volatility is not known yet are all cash; rows without a decision stay so.

    Raises:
        BadRequest: `annual` or `max_leverage` is not positive.
    """
    if not (annual > 0 and max_leverage > 0):
        raise BadRequest("A volatility to aim at is positive.", hint="0.1 means 10 % a year.")
    predicted = predicted_volatility(targets, close, window)
    most = max_leverage / targets.abs().sum(axis=1).replace(0.0, np.nan)
    scale = (annual / predicted.replace(0.0, np.nan)).clip(upper=most).fillna(0.0)
    return targets.mul(scale, axis=0)
