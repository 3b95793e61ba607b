"""Labels: what a model learns to predict. They look ahead on purpose; nothing else in `tools.features` may.

A signal is known at the close of bar t, so the return that can be earned after it starts at the open of t+1. A
label from close to close would pay the overnight gap that no order placed after the close can catch.
"""

from __future__ import annotations

import pandas as pd

from tools.features.panel import Panel


def forward_return(panel: Panel, horizon_days: int) -> pd.DataFrame:
    """Return open[t+1+h] / open[t+1] - 1 for h = `horizon_days` bars: the return tradable after the close of t.

    Bars x symbols, as a fraction. NaN where either open is missing, so in the last h+1 bars.

    Raises:
        ValueError: `horizon_days` is below 1.
    """
    if horizon_days < 1:
        raise ValueError("horizon_days must be at least 1")
    entry = panel.open.shift(-1)
    return panel.open.shift(-1 - horizon_days) / entry.where(entry > 0) - 1


def up_down(panel: Panel, horizon_days: int) -> pd.DataFrame:
    """Return 1 where `forward_return` is positive, 0 where it is not, NaN where it is unknown. Bars x symbols."""
    forward = forward_return(panel, horizon_days)
    return (forward > 0).astype(float).where(forward.notna())
