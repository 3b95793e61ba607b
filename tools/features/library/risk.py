"""Risk: how much the price moves, and how far it has fallen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.library.averages import ratio, wilder

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel

SESSIONS_PER_YEAR = 252


def volatility(panel: Panel, window: int) -> pd.DataFrame:
    """Return the annualised close-to-close volatility: std (ddof 1) of `window` log returns * sqrt(252).

    Source: J. Hull, Options, Futures, and Other Derivatives, chapter on estimating volatility from historical data.
    NaN: where a return of the window is missing. Warm-up: `window` bars.
    """
    import numpy as np

    returns = np.log(panel.close.where(panel.close > 0)).diff()
    return returns.rolling(window, min_periods=window).std(ddof=1) * SESSIONS_PER_YEAR**0.5


def true_range(panel: Panel) -> pd.DataFrame:
    """Return max(high, previous close) - min(low, previous close), in units of price; NaN where one is missing."""
    before = panel.close.shift(1)
    top = panel.high.where(panel.high >= before, before)
    bottom = panel.low.where(panel.low <= before, before)
    return (top - bottom).where(panel.high.notna() & panel.low.notna())


def average_true_range(panel: Panel, window: int) -> pd.DataFrame:
    """Return Wilder's average of the true range, in units of price."""
    return wilder(true_range(panel), window)


def atr(panel: Panel, window: int) -> pd.DataFrame:
    """Return the average true range as a share of the close.

    Source: J. W. Wilder, New Concepts in Technical Trading Systems, 1978; over close, to be free of scale.
    NaN: at a missing bar and the bar after it.
    Warm-up: `window` bars to the first value, then until the seed has faded.
    """
    return ratio(average_true_range(panel, window), panel.close)


def drawdown(panel: Panel, window: int) -> pd.DataFrame:
    """Return close / (highest close of the last `window` bars) - 1: 0 at a new high, -0.3 after a fall of 30 %.

    Source: the definition of drawdown, with a rolling peak.
    NaN: where a close of the window is missing. Warm-up: `window` - 1 bars.
    """
    return ratio(panel.close, panel.close.rolling(window, min_periods=window).max()) - 1


def gap(panel: Panel) -> pd.DataFrame:
    """Return the overnight gap, open[t] / close[t-1] - 1.

    Source: the definition. NaN: where either price is missing. Warm-up: 1 bar.
    """
    return ratio(panel.open, panel.close.shift(1)) - 1
