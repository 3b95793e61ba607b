"""Trend: where the price stands against its own past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.library.averages import ema, ratio, sma

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel


def momentum(panel: Panel, window: int) -> pd.DataFrame:
    """Return close[t] / close[t-window] - 1.

    Source: Jegadeesh and Titman, Returns to Buying Winners and Selling Losers, Journal of Finance 48, 1993.
    NaN: where either close is missing. Warm-up: `window` bars.
    """
    return ratio(panel.close, panel.close.shift(window)) - 1


def reversal(panel: Panel, window: int) -> pd.DataFrame:
    """Return the negative of the return over `window` bars: high after a fall.

    Source: Jegadeesh, Evidence of Predictable Behavior of Security Returns, Journal of Finance 45, 1990.
    NaN: where either close is missing. Warm-up: `window` bars.
    """
    return -momentum(panel, window)


def sma_ratio(panel: Panel, window: int) -> pd.DataFrame:
    """Return close / SMA(close, window) - 1.

    Source: Brock, Lakonishok and LeBaron, Simple Technical Trading Rules, Journal of Finance 47, 1992.
    NaN: where a close of the window is missing. Warm-up: `window` - 1 bars.
    """
    return ratio(panel.close, sma(panel.close, window)) - 1


def macd_line(close: pd.DataFrame, fast: int, slow: int) -> pd.DataFrame:
    """Return EMA(close, fast) - EMA(close, slow), in units of price."""
    return ema(close, fast) - ema(close, slow)


def macd_signal(close: pd.DataFrame, fast: int, slow: int, signal: int) -> pd.DataFrame:
    """Return EMA(macd_line, signal), in units of price."""
    return ema(macd_line(close, fast, slow), signal)


def macd(panel: Panel, fast: int, slow: int, signal: int) -> pd.DataFrame:
    """Return the MACD histogram, (macd_line - macd_signal) / close.

    Source: G. Appel, Technical Analysis: Power Tools for Active Investors, 2005; over close, to be free of scale.
    NaN: at a missing close. Warm-up: until the slower average has settled, and `signal` - 1 bars.
    """
    histogram = macd_line(panel.close, fast, slow) - macd_signal(panel.close, fast, slow, signal)
    return ratio(histogram, panel.close)
