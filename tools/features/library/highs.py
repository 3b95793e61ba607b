"""Highs: how far the price is below what it has been."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.feature import Feature, Parameter
from tools.features.library import warmup

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel


def drawdown(panel: Panel, window: int) -> pd.DataFrame:
    """Return close / (highest close of the last `window` bars) - 1: 0 at a new high, -0.3 after a fall of 30 %.

    Source: the definition of drawdown, with a rolling peak.
    NaN: where a close of the window is missing. Warm-up: `window` - 1 bars.
    """
    from tools.features.library.arrays import highest, relative
    from tools.features.library.blocks import per_symbol

    return per_symbol(lambda close: relative(close, highest(close, window)), panel.close)


def high_distance(panel: Panel, window: int) -> pd.DataFrame:
    """Return close / (highest price of the last `window` bars) - 1, as a fraction; 252 bars are 52 weeks.

    Unlike `drawdown` it takes the highs of the bars, as the published 52-week high does.
    Source: George and Hwang, The 52-Week High and Momentum Investing, Journal of Finance 59, 2004.
    NaN: where the close or a high of the window is missing. Warm-up: `window` - 1 bars.
    """
    from tools.features.library.arrays import highest, relative
    from tools.features.library.blocks import per_symbol

    return per_symbol(lambda high, close: relative(close, highest(high, window)), panel.high, panel.close)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "drawdown",
        (Parameter("window", 63, minimum=2),),
        "Fall from the highest close of the window",
        ("drawdown from high", "distance from high", "drawdowns"),
        drawdown,
        warmup.window_including,
    ),
    Feature(
        "high_distance",
        (Parameter("window", 252, minimum=2),),
        "Close against the highest price of the window, by default 52 weeks",
        ("52-week high", "distance from 52-week high", "distance to 52-week high", "year high", "52-week highs"),
        high_distance,
        warmup.window_including,
    ),
)
