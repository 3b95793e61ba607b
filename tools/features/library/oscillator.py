"""Oscillators: how stretched the price is, on a scale of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.feature import Feature, Parameter
from tools.features.library import warmup

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.library.blocks import Array
    from tools.features.panel import Panel


def rsi(panel: Panel, window: int) -> pd.DataFrame:
    """Return the relative strength index, 100 * U / (U + D), from 0 to 100.

    U and D are Wilder's averages of the rises and the falls of the close.
    Source: J. W. Wilder, New Concepts in Technical Trading Systems, 1978.
    NaN: at a missing close, at the bar after it, and while the price has not moved at all.
    Warm-up: `window` bars to the first value, then until the seed has faded.
    """
    import numpy as np

    from tools.features.library.arrays import divide
    from tools.features.library.blocks import per_symbol
    from tools.features.library.smoothing import smooth

    def strength(close: Array) -> Array:
        change = close[:, 1:] - close[:, :-1]
        rise = np.maximum(change, 0)
        rises, falls = smooth(rise, window, 1 / window), smooth(rise - change, window, 1 / window)
        falls += rises
        rises *= 100
        return divide(rises, falls)

    return per_symbol(strength, panel.close)


def bollinger_bands(close: Array, window: int, width: int) -> tuple[Array, Array, Array]:
    """Return the lower, middle and upper band, as prices: SMA -/+ `width` population standard deviations.

    Arrays are symbols x bars, the last of them.
    """
    middle, half = _middle_and_half(close, window, width)
    return middle - half, middle, middle + half


def _middle_and_half(close: Array, window: int, width: int) -> tuple[Array, Array]:
    """Return the middle band and how far the others are from it, as prices."""
    import numpy as np

    from tools.features.library.arrays import moments

    middle, squares = moments(close, window)
    squares *= width * width / window
    return middle, np.sqrt(squares, out=squares)


def bollinger(panel: Panel, window: int, width: int) -> pd.DataFrame:
    """Return %b, (close - lower) / (upper - lower): 0 on the lower Bollinger band, 1 on the upper.

    Source: J. Bollinger, Bollinger on Bollinger Bands, 2001.
    NaN: where a close of the window is missing or all are equal. Warm-up: `window` - 1 bars.
    """
    import numpy as np

    from tools.features.library.arrays import divide
    from tools.features.library.blocks import per_symbol

    def percent(close: Array) -> Array:
        middle, half = _middle_and_half(close, window, width)
        np.subtract(close[:, window - 1 :], middle, out=middle)
        middle /= 2
        share = divide(middle, half)
        share += 0.5
        return share

    return per_symbol(percent, panel.close)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "rsi",
        (Parameter("window", 14),),
        "Relative strength index (Wilder), 0 to 100",
        ("relative strength", "relative strength index", "wilder rsi", "overbought", "oversold"),
        rsi,
        warmup.wilder,
    ),
    Feature(
        "bollinger",
        (Parameter("window", 20, minimum=2), Parameter("width", 2, maximum=10)),
        "Bollinger %b: 0 on the lower band, 1 on the upper",
        ("bollinger band", "bollinger bands", "bollinger %b", "%b", "percent b"),
        bollinger,
        warmup.window_including,
    ),
)
