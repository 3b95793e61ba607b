"""Averages that other features are made of, and the ratio that cannot be infinite.

Recursive averages are seeded with the simple mean of the first n values, as Wilder did and charting packages do.
They therefore remember where history starts; `settling_bars` says for how long that matters.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

NEGLIGIBLE = 1e-3


def ratio(numerator: pd.DataFrame, denominator: pd.DataFrame) -> pd.DataFrame:
    """Return numerator / denominator; NaN where the denominator is not positive."""
    return numerator / denominator.where(denominator > 0)


def sma(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the simple mean of the last `window` values; NaN where one of them is missing."""
    return values.rolling(window, min_periods=window).mean()


def ema(values: pd.DataFrame, span: int) -> pd.DataFrame:
    """Return the exponential average with alpha = 2 / (span + 1), seeded with the mean of the first `span`."""
    return _seeded(values, span, 2 / (span + 1))


def wilder(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return Wilder's average, alpha = 1 / window, seeded with the mean of the first `window` values.

    Source: J. W. Wilder, New Concepts in Technical Trading Systems, 1978.
    """
    return _seeded(values, window, 1 / window)


def settling_bars(window: int, *, alpha: float) -> int:
    """Return the bars to the first value of an average of `window`, and on until its seed weighs under 0.1 %."""
    decay = 1 - alpha
    return window + (math.ceil(math.log(NEGLIGIBLE) / math.log(decay)) if decay > 0 else 0)


def _seeded(values: pd.DataFrame, window: int, alpha: float) -> pd.DataFrame:
    """Smooth recursively from a seed. A missing value gives NaN at its bar and leaves the average as it was."""
    known = values.notna()
    count = known.cumsum()
    seed = values.cumsum() / window
    seeded = values.where(count > window).fillna(seed.where((count == window) & known))
    return seeded.ewm(alpha=alpha, adjust=False, ignore_na=True).mean().where(known)
