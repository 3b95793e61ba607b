"""Trend: where the price stands against its own averages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.feature import Feature, Parameter
from tools.features.library import warmup

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.library.blocks import Array
    from tools.features.panel import Panel


def sma_ratio(panel: Panel, window: int) -> pd.DataFrame:
    """Return close / SMA(close, window) - 1, as a fraction.

    Source: Brock, Lakonishok and LeBaron, Simple Technical Trading Rules, Journal of Finance 47, 1992.
    NaN: where a close of the window is missing. Warm-up: `window` - 1 bars.
    """
    from tools.features.library.arrays import mean, relative
    from tools.features.library.blocks import per_symbol

    return per_symbol(lambda close: relative(close, mean(close, window)), panel.close)


def ema_ratio(panel: Panel, span: int) -> pd.DataFrame:
    """Return close / EMA(close, span) - 1, as a fraction; alpha = 2 / (span + 1), seeded with a simple mean.

    Source: R. G. Brown, Smoothing, Forecasting and Prediction of Discrete Time Series, 1963, for the average.
    NaN: at a missing close. Warm-up: `span` bars to the first value, then until the seed has faded.
    """
    from tools.features.library.arrays import relative
    from tools.features.library.blocks import per_symbol
    from tools.features.library.smoothing import smooth

    return per_symbol(lambda close: relative(close, smooth(close, span, 2 / (span + 1))), panel.close)


def macd_lines(close: Array, fast: int, slow: int, signal: int) -> tuple[Array, ...]:
    """Return EMA(close, fast) - EMA(close, slow) and the EMA of that over `signal` bars, in units of price.

    Arrays are symbols x bars, the last of them.
    """
    from tools.features.library.arrays import together
    from tools.features.library.smoothing import smooth

    short, long = together(smooth(close, fast, 2 / (fast + 1)), smooth(close, slow, 2 / (slow + 1)))
    short -= long
    return together(short, smooth(short, signal, 2 / (signal + 1)))


def macd(panel: Panel, fast: int, slow: int, signal: int) -> pd.DataFrame:
    """Return the MACD histogram, (line - signal) / close, as a fraction of the close.

    Source: G. Appel, Technical Analysis: Power Tools for Active Investors, 2005; over close, to be free of scale.
    NaN: at a missing close. Warm-up: until the slower average has settled, and `signal` - 1 bars.
    """
    from tools.features.library.arrays import divide
    from tools.features.library.blocks import per_symbol

    def histogram(close: Array) -> Array:
        line, average = macd_lines(close, fast, slow, signal)
        line -= average
        return divide(line, close)

    return per_symbol(histogram, panel.close)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "sma_ratio",
        (Parameter("window", 50, minimum=2),),
        "Close against its simple moving average",
        ("sma", "moving average", "moving averages", "simple moving average", "distance from moving average"),
        sma_ratio,
        warmup.window_including,
    ),
    Feature(
        "ema_ratio",
        (Parameter("span", 20, minimum=2),),
        "Close against its exponential moving average",
        ("ema", "exponential moving average", "exponential moving averages", "distance from ema"),
        ema_ratio,
        warmup.exponential,
    ),
    Feature(
        "macd",
        (Parameter("fast", 12), Parameter("slow", 26), Parameter("signal", 9)),
        "MACD histogram as a share of the close",
        ("macd histogram", "moving average convergence divergence"),
        macd,
        warmup.macd,
    ),
)
