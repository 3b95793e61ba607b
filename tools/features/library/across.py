"""Across the universe: where a symbol stands among the others at the same bar.

The only features whose value depends on which other symbols are in the panel; of the others' bars they read the
same one, never a later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.feature import Feature, Parameter
from tools.features.library import warmup
from tools.features.library.returns import momentum

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel


def momentum_rank(panel: Panel, window: int) -> pd.DataFrame:
    """Return the rank of `momentum` among the symbols known at the bar, as a share: 1 the highest, ties averaged.

    Source: Jegadeesh and Titman, Returns to Buying Winners and Selling Losers, Journal of Finance 48, 1993.
    NaN: where momentum is, and at bars where only one symbol has it. Warm-up: `window` bars.
    """
    from tools.features.operators.across import rank

    return _in_company(rank(momentum(panel, window)))


def momentum_zscore(panel: Panel, window: int) -> pd.DataFrame:
    """Return (momentum - mean) / std (ddof 1), both across the symbols known at the bar.

    Source: the definition of a standard score, applied to momentum.
    NaN: where momentum is, and at bars where all are equal or only one symbol has it. Warm-up: `window` bars.
    """
    from tools.features.operators.across import zscore_across

    return _in_company(zscore_across(momentum(panel, window)))


def _in_company(values: pd.DataFrame) -> pd.DataFrame:
    """Return `values` without the bars at which only one symbol has one: alone, it stands nowhere."""
    return values.where(values.count(axis=1) > 1)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "momentum_rank",
        (Parameter("window", 63),),
        "Rank of the return over the window among all symbols, 0 to 1",
        ("cross-sectional momentum", "relative momentum", "momentum ranking", "rank of momentum"),
        momentum_rank,
        warmup.window_before,
        across=True,
    ),
    Feature(
        "momentum_zscore",
        (Parameter("window", 63),),
        "Return over the window against the other symbols, in standard deviations",
        ("momentum z-score", "momentum z score", "standardised momentum", "standardized momentum"),
        momentum_zscore,
        warmup.window_before,
        across=True,
    ),
)
