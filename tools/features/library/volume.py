"""Volume: how unusual today's trading is for this symbol, and how much it moves the price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.feature import Feature, Parameter
from tools.features.library import warmup

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.library.blocks import Array
    from tools.features.panel import Panel

MILLION = 1e6


def volume_zscore(panel: Panel, window: int) -> pd.DataFrame:
    """Return (volume - mean) / std (ddof 1), both over the last `window` bars including this one.

    Source: the definition of a standard score.
    NaN: where a volume of the window is missing or all are equal. Warm-up: `window` - 1 bars.
    """
    import numpy as np

    from tools.features.library.arrays import divide, moments
    from tools.features.library.blocks import per_symbol

    def score(volume: Array) -> Array:
        usual, squares = moments(volume, window)
        return divide(volume[:, window - 1 :] - usual, np.sqrt(squares / (window - 1)))

    return per_symbol(score, panel.volume)


def volume_spike(panel: Panel, window: int) -> pd.DataFrame:
    """Return volume[t] / mean(volume[t-window .. t-1]): 3 when trading is three times the usual.

    The mean leaves out bar t, so that a spike does not raise its own yardstick.
    Source: Gervais, Kaniel and Mingelgrin, The High-Volume Return Premium, Journal of Finance 56, 2001.
    NaN: where one of these volumes is missing, or the mean is 0. Warm-up: `window` bars.
    """
    from tools.features.library.arrays import divide, lagged, mean
    from tools.features.library.blocks import per_symbol

    return per_symbol(lambda volume: divide(volume, lagged(mean(volume, window), 1)), panel.volume)


def dollar_volume(panel: Panel, window: int) -> pd.DataFrame:
    """Return ln(v[t] / mean(v[t-window .. t-1])) with v = close * volume, the money traded: 0.7 when it doubled.

    Against its own past and not as a level, which grows with prices for decades and depends on the currency; as a
    logarithm, because the money traded is skewed to the right. A split leaves v as it is.
    Source: the definition of traded value, set against its mean as in `volume_spike`.
    NaN: where a close or volume of these bars is missing, or nothing is traded. Warm-up: `window` bars.
    """
    from tools.features.library.arrays import lagged, log_ratio, mean
    from tools.features.library.blocks import per_symbol

    def against_usual(close: Array, volume: Array) -> Array:
        traded = close * volume
        return log_ratio(traded, lagged(mean(traded, window), 1))

    return per_symbol(against_usual, panel.close, panel.volume)


def illiquidity(panel: Panel, window: int) -> pd.DataFrame:
    """Return the mean of |return| / (close * volume) over `window` bars, times a million.

    The fraction that a million of the currency moves the price: comparable across symbols of one currency, large
    where trading is thin. A split leaves it as it is.
    Source: Y. Amihud, Illiquidity and Stock Returns, Journal of Financial Markets 5, 2002.
    NaN: where a close or volume of the window is missing, or nothing is traded at one of its bars.
    Warm-up: `window` bars.
    """
    import numpy as np

    from tools.features.library.arrays import divide, growth, mean
    from tools.features.library.blocks import per_symbol

    def impact(close: Array, volume: Array) -> Array:
        return mean(divide(np.abs(growth(close, 1)), close * volume), window) * MILLION

    return per_symbol(impact, panel.close, panel.volume)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "volume_zscore",
        (Parameter("window", 20, minimum=2),),
        "Volume against its mean, in standard deviations",
        ("volume z-score", "volume z score", "unusual volume", "abnormal volume"),
        volume_zscore,
        warmup.window_including,
    ),
    Feature(
        "volume_spike",
        (Parameter("window", 20),),
        "Volume as a multiple of its usual level",
        ("volume spikes", "spikes in volume", "relative volume", "volume surge", "volume surges", "high volume"),
        volume_spike,
        warmup.window_before,
    ),
    Feature(
        "dollar_volume",
        (Parameter("window", 20),),
        "Money traded against its usual level, as a logarithm",
        ("traded value", "relative dollar volume", "dollars traded", "money traded"),
        dollar_volume,
        warmup.window_before,
    ),
    Feature(
        "illiquidity",
        (Parameter("window", 21),),
        "Price move per million traded (Amihud)",
        ("amihud", "amihud illiquidity", "amihud ratio", "price impact"),
        illiquidity,
        warmup.window_before,
    ),
)
