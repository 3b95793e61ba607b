"""Shape: how lopsided and how heavy-tailed recent returns are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tools.features.feature import Feature, Parameter
from tools.features.library import warmup

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.library.blocks import Array
    from tools.features.panel import Panel


def skew(panel: Panel, window: int) -> pd.DataFrame:
    """Return the sample skewness of `window` log returns, a pure number: negative where falls are the larger moves.

    G1 = sqrt(n (n-1)) / (n-2) * m3 / m2^(3/2), with m2, m3 the central moments of the window.
    Source: Joanes and Gill, Comparing Measures of Sample Skewness and Kurtosis, The Statistician 47, 1998.
    NaN: where a return of the window is missing or all are equal. Warm-up: `window` bars.
    """
    import numpy as np

    from tools.features.library.arrays import divide, log_growth, mean, spread, total
    from tools.features.library.blocks import per_symbol

    unbiased = window * math.sqrt(window - 1) / (window - 2)

    def estimate(close: Array) -> Array:
        x = log_growth(close, 1)
        m = mean(x, window)
        second = spread(x, m, window)
        third = total(x * x * x, window) - m * (3 * second + window * m * m)
        return unbiased * divide(third, second * np.sqrt(second))

    return per_symbol(estimate, panel.close)


def kurtosis(panel: Panel, window: int) -> pd.DataFrame:
    """Return the sample excess kurtosis of `window` log returns, a pure number: 0 for a normal distribution.

    G2 = (n-1) / ((n-2) (n-3)) * ((n+1) * m4 / m2^2 - 3 (n-1)), with m2, m4 the central moments of the window.
    Source: Joanes and Gill, Comparing Measures of Sample Skewness and Kurtosis, The Statistician 47, 1998.
    NaN: where a return of the window is missing or all are equal. Warm-up: `window` bars.
    """
    from tools.features.library.arrays import divide, log_growth, mean, spread, total
    from tools.features.library.blocks import per_symbol

    scale = (window - 1) / ((window - 2) * (window - 3))

    def estimate(close: Array) -> Array:
        x = log_growth(close, 1)
        m, x2 = mean(x, window), x * x
        second, third = spread(x, m, window), total(x2 * x, window)
        fourth = total(x2 * x2, window) - m * (4 * third - m * (6 * second + 3 * window * m * m))
        return scale * ((window + 1) * window * divide(fourth, second * second) - 3 * (window - 1))

    return per_symbol(estimate, panel.close)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "skew",
        (Parameter("window", 60, minimum=3),),
        "Skewness of the log returns of the window",
        ("skewness", "rolling skew", "return skew", "rolling skewness"),
        skew,
        warmup.window_before,
    ),
    Feature(
        "kurtosis",
        (Parameter("window", 60, minimum=4),),
        "Excess kurtosis of the log returns of the window",
        ("rolling kurtosis", "excess kurtosis", "fat tails", "tail heaviness"),
        kurtosis,
        warmup.window_before,
    ),
)
