"""Volatility: how much the price moves, from closes alone or from the range of each bar.

The estimators from the range assume that a daily bar is a session; they are annualised with 252 sessions a year.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tools.features.feature import Feature, Parameter
from tools.features.library import warmup

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.library.blocks import Array
    from tools.features.panel import Panel

SESSIONS_PER_YEAR = 252


def volatility(panel: Panel, window: int) -> pd.DataFrame:
    """Return the annualised close-to-close volatility: std (ddof 1) of `window` log returns * sqrt(252).

    Source: J. Hull, Options, Futures, and Other Derivatives, chapter on estimating volatility from historical data.
    NaN: where a return of the window is missing. Warm-up: `window` bars.
    """
    from tools.features.library.arrays import log_growth, return_variance
    from tools.features.library.blocks import per_symbol

    return per_symbol(lambda close: _annual(return_variance(log_growth(close, 1), window)), panel.close)


def parkinson(panel: Panel, window: int) -> pd.DataFrame:
    """Return the annualised volatility from the range: sqrt(252 * mean(ln(high / low)^2) / (4 ln 2)).

    Source: M. Parkinson, The Extreme Value Method for Estimating the Variance of the Rate of Return, Journal of
    Business 53, 1980. It leaves out what happens overnight.
    NaN: where a high or low of the window is missing or not positive. Warm-up: `window` - 1 bars.
    """
    from tools.features.library.arrays import log_ratio, mean
    from tools.features.library.blocks import per_symbol

    def estimate(high: Array, low: Array) -> Array:
        span = log_ratio(high, low)
        return _annual(mean(span * span, window) / (4 * math.log(2)))

    return per_symbol(estimate, panel.high, panel.low)


def garman_klass(panel: Panel, window: int) -> pd.DataFrame:
    """Return the annualised volatility sqrt(252 * mean(ln(high/low)^2 / 2 - (2 ln 2 - 1) * ln(close/open)^2)).

    Source: Garman and Klass, On the Estimation of Security Price Volatilities from Historical Data, Journal of
    Business 53, 1980. It leaves out what happens overnight.
    NaN: where a price of the window is missing or not positive. Warm-up: `window` - 1 bars.
    """
    from tools.features.library.arrays import log_ratio, mean
    from tools.features.library.blocks import per_symbol

    def estimate(opened: Array, high: Array, low: Array, close: Array) -> Array:
        span, body = log_ratio(high, low), log_ratio(close, opened)
        return _annual(mean(span * span / 2 - (2 * math.log(2) - 1) * body * body, window))

    return per_symbol(estimate, panel.open, panel.high, panel.low, panel.close)


def yang_zhang(panel: Panel, window: int) -> pd.DataFrame:
    """Return the annualised volatility sqrt(252 * (var(overnight) + k * var(day) + (1 - k) * rs)).

    overnight = ln(open / close before), day = ln(close / open), both with ddof 1; rs is the mean of
    ln(high/open) * ln(high/close) + ln(low/open) * ln(low/close); k = 0.34 / (1.34 + (window + 1) / (window - 1)).
    Source: Yang and Zhang, Drift Independent Volatility Estimation Based on High, Low, Open, and Close Prices,
    Journal of Business 73, 2000; rs is Rogers and Satchell, 1991.
    NaN: where a price of the window or the close before it is missing or not positive. Warm-up: `window` bars.
    """
    from tools.features.library.arrays import lagged, log_ratio, mean, return_variance, together
    from tools.features.library.blocks import per_symbol

    share = 0.34 / (1.34 + (window + 1) / (window - 1))

    def estimate(opened: Array, high: Array, low: Array, close: Array) -> Array:
        overnight, day = log_ratio(opened, lagged(close, 1)), log_ratio(close, opened)
        top, bottom = log_ratio(high, opened), log_ratio(low, opened)
        within = mean(top * (top - day) + bottom * (bottom - day), window)
        night = return_variance(overnight, window)
        within, session, night = together(within, return_variance(day, window), night)
        return _annual(night + share * session + (1 - share) * within)

    return per_symbol(estimate, panel.open, panel.high, panel.low, panel.close)


def average_true_range(high: Array, low: Array, close: Array, window: int) -> Array:
    """Return Wilder's average of max(high, close before) - min(low, close before), in units of price.

    Arrays are symbols x bars, the last of them.
    """
    import numpy as np

    from tools.features.library.smoothing import smooth

    before = close[:, :-1]
    true_range = np.maximum(high[:, 1:], before) - np.minimum(low[:, 1:], before)
    return smooth(true_range, window, 1 / window)


def atr(panel: Panel, window: int) -> pd.DataFrame:
    """Return the average true range as a fraction of the close.

    Source: J. W. Wilder, New Concepts in Technical Trading Systems, 1978; over close, to be free of scale.
    NaN: at a missing bar and the bar after it.
    Warm-up: `window` bars to the first value, then until the seed has faded.
    """
    from tools.features.library.arrays import divide
    from tools.features.library.blocks import per_symbol

    def share(high: Array, low: Array, close: Array) -> Array:
        return divide(average_true_range(high, low, close, window), close)

    return per_symbol(share, panel.high, panel.low, panel.close)


def _annual(daily_variance: Array) -> Array:
    """Return the annualised standard deviation."""
    import numpy as np

    return np.sqrt(daily_variance * SESSIONS_PER_YEAR)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "volatility",
        (Parameter("window", 20, minimum=2),),
        "Annualised close-to-close volatility",
        ("realized volatility", "realised volatility", "historical volatility", "standard deviation"),
        volatility,
        warmup.window_before,
    ),
    Feature(
        "parkinson",
        (Parameter("window", 20),),
        "Annualised volatility from highs and lows (Parkinson)",
        ("parkinson volatility", "high-low volatility", "range volatility"),
        parkinson,
        warmup.window_including,
    ),
    Feature(
        "garman_klass",
        (Parameter("window", 20),),
        "Annualised volatility from the four prices of a bar (Garman-Klass)",
        ("garman-klass volatility", "ohlc volatility"),
        garman_klass,
        warmup.window_including,
    ),
    Feature(
        "yang_zhang",
        (Parameter("window", 20, minimum=2),),
        "Annualised volatility from the four prices and the overnight gap (Yang-Zhang)",
        ("yang-zhang volatility",),
        yang_zhang,
        warmup.window_before,
    ),
    Feature(
        "atr",
        (Parameter("window", 14),),
        "Average true range (Wilder) as a share of the close",
        ("average true range", "true range"),
        atr,
        warmup.wilder,
    ),
)
