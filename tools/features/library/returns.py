"""Returns: how far the price has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.feature import Feature, Parameter
from tools.features.library import warmup

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel


def returns(panel: Panel, window: int) -> pd.DataFrame:
    """Return close[t] / close[t-window] - 1, as a fraction.

    Source: the definition of a simple return.
    NaN: where either close is missing. Warm-up: `window` bars.
    """
    from tools.features.library.arrays import growth
    from tools.features.library.blocks import per_symbol

    return per_symbol(lambda close: growth(close, window), panel.close)


def log_returns(panel: Panel, window: int) -> pd.DataFrame:
    """Return ln(close[t] / close[t-window]), as a log fraction: returns of successive bars add up.

    Source: the definition of a continuously compounded return.
    NaN: where either close is missing or not positive. Warm-up: `window` bars.
    """
    from tools.features.library.arrays import log_growth
    from tools.features.library.blocks import per_symbol

    return per_symbol(lambda close: log_growth(close, window), panel.close)


def momentum(panel: Panel, window: int) -> pd.DataFrame:
    """Return close[t] / close[t-window] - 1, as a fraction.

    Source: Jegadeesh and Titman, Returns to Buying Winners and Selling Losers, Journal of Finance 48, 1993.
    NaN: where either close is missing. Warm-up: `window` bars.
    """
    return returns(panel, window)


def reversal(panel: Panel, window: int) -> pd.DataFrame:
    """Return the negative of the return over `window` bars, as a fraction: high after a fall.

    Source: Jegadeesh, Evidence of Predictable Behavior of Security Returns, Journal of Finance 45, 1990.
    NaN: where either close is missing. Warm-up: `window` bars.
    """
    from tools.features.library.arrays import growth
    from tools.features.library.blocks import per_symbol

    return per_symbol(lambda close: -growth(close, window), panel.close)


def gap(panel: Panel) -> pd.DataFrame:
    """Return the overnight gap, open[t] / close[t-1] - 1, as a fraction.

    Source: the definition. NaN: where either price is missing. Warm-up: 1 bar.
    """
    from tools.features.library.arrays import lagged, relative
    from tools.features.library.blocks import per_symbol

    return per_symbol(lambda opened, close: relative(opened, lagged(close, 1)), panel.open, panel.close)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "momentum",
        (Parameter("window", 20),),
        "Return over the window",
        ("price momentum", "trend following", "past return", "past returns"),
        momentum,
        warmup.window_before,
    ),
    Feature(
        "reversal",
        (Parameter("window", 5),),
        "Negative of the return over the window: high after a fall",
        ("reversals", "short term reversal", "short-term reversal", "mean reversion"),
        reversal,
        warmup.window_before,
    ),
    Feature(
        "gap",
        (),
        "Overnight gap: open against the close before",
        ("gaps", "overnight gap", "overnight gaps", "overnight return", "opening gap"),
        gap,
        warmup.one_bar,
    ),
    Feature(
        "returns",
        (Parameter("window", 1),),
        "Return over the window, by default of the bar itself",
        ("previous return", "yesterday's return", "last bar's return"),
        returns,
        warmup.window_before,
        everyday_word=True,
    ),
    Feature(
        "log_returns",
        (Parameter("window", 1),),
        "Log return over the window, by default of the bar itself",
        ("log return", "logarithmic return", "logarithmic returns"),
        log_returns,
        warmup.window_before,
    ),
)
