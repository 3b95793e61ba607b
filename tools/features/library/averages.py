"""Averages of frames, and the ratio that cannot be infinite.

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
    from tools.features.library.arrays import divide
    from tools.features.library.blocks import per_symbol

    return per_symbol(divide, numerator, denominator)


def sma(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return the simple mean of the last `window` values; NaN where one of them is missing."""
    from tools.features.library.arrays import mean
    from tools.features.library.blocks import per_symbol

    return per_symbol(lambda block: mean(block, window), values)


def ema(values: pd.DataFrame, span: int) -> pd.DataFrame:
    """Return the exponential average with alpha = 2 / (span + 1), seeded with the mean of the first `span`."""
    return _smoothed(values, span, 2 / (span + 1))


def wilder(values: pd.DataFrame, window: int) -> pd.DataFrame:
    """Return Wilder's average, alpha = 1 / window, seeded with the mean of the first `window` values.

    Source: J. W. Wilder, New Concepts in Technical Trading Systems, 1978.
    """
    return _smoothed(values, window, 1 / window)


def settling_bars(window: int, *, alpha: float) -> int:
    """Return the bars to the first value of an average of `window`, and on until its seed weighs under 0.1 %."""
    decay = 1 - alpha
    return window + (math.ceil(math.log(NEGLIGIBLE) / math.log(decay)) if decay > 0 else 0)


def _smoothed(values: pd.DataFrame, window: int, alpha: float) -> pd.DataFrame:
    """Smooth recursively from a seed. A missing value gives NaN at its bar and leaves the average as it was."""
    from tools.features.library.blocks import per_symbol
    from tools.features.library.smoothing import smooth

    return per_symbol(lambda block: smooth(block, window, alpha), values)
