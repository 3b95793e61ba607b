"""Volume: how unusual today's trading is for this symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.library.averages import ratio, sma

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel


def volume_zscore(panel: Panel, window: int) -> pd.DataFrame:
    """Return (volume - mean) / std (ddof 1), both over the last `window` bars including this one.

    Source: the definition of a standard score.
    NaN: where a volume of the window is missing or all are equal. Warm-up: `window` - 1 bars.
    """
    spread = panel.volume.rolling(window, min_periods=window).std(ddof=1)
    return ratio(panel.volume - sma(panel.volume, window), spread)


def volume_spike(panel: Panel, window: int) -> pd.DataFrame:
    """Return volume[t] / mean(volume[t-window .. t-1]): 3 when trading is three times the usual.

    The mean leaves out bar t, so that a spike does not raise its own yardstick.
    Source: Gervais, Kaniel and Mingelgrin, The High-Volume Return Premium, Journal of Finance 56, 2001.
    NaN: where one of these volumes is missing, or the mean is 0. Warm-up: `window` bars.
    """
    return ratio(panel.volume, sma(panel.volume, window).shift(1))
