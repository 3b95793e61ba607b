"""Oscillators: how stretched the price is, on a scale of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.library.averages import ratio, sma, wilder

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel


def rsi(panel: Panel, window: int) -> pd.DataFrame:
    """Return the relative strength index, 100 * U / (U + D), from 0 to 100.

    U and D are Wilder's averages of the rises and the falls of the close.
    Source: J. W. Wilder, New Concepts in Technical Trading Systems, 1978.
    NaN: at a missing close, at the bar after it, and while the price has not moved at all.
    Warm-up: `window` bars to the first value, then until the seed has faded.
    """
    change = panel.close.diff()
    rises = wilder(change.clip(lower=0), window)
    falls = wilder(-change.clip(upper=0), window)
    return 100 * ratio(rises, rises + falls)


def bollinger_bands(
    close: pd.DataFrame, window: int, width: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the lower, middle and upper band, as prices: SMA -/+ `width` population standard deviations."""
    middle = sma(close, window)
    spread = width * close.rolling(window, min_periods=window).std(ddof=0)
    return middle - spread, middle, middle + spread


def bollinger(panel: Panel, window: int, width: int) -> pd.DataFrame:
    """Return %b, (close - lower) / (upper - lower): 0 on the lower Bollinger band, 1 on the upper.

    Source: J. Bollinger, Bollinger on Bollinger Bands, 2001.
    NaN: where a close of the window is missing or all are equal. Warm-up: `window` - 1 bars.
    """
    lower, _, upper = bollinger_bands(panel.close, window, width)
    return ratio(panel.close - lower, upper - lower)
