"""Labels: what a model learns to predict. They look ahead on purpose; nothing else in `tools.features` may.

A signal is known at the close of bar t, so the return that can be earned after it starts at the open of t+1. A
label from close to close would pay the overnight gap that no order placed after the close can catch.

Every label here is known once open[t+1+h] is; `tools.features.triple_barrier` has one whose trade may end earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

import pandas as pd

from tools.features.panel import Panel

Target = Literal["up_down", "forward_return", "rank"]

FEWEST_TO_RANK = 2


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


def forward_rank(panel: Panel, horizon_days: int) -> pd.DataFrame:
    """Return the place of `forward_return` among the symbols of its bar: 0 the lowest, 1 the highest.

    Bars x symbols, (rank - 1) / (n - 1) among the n symbols whose return is known, ties averaged. NaN where it is
    unknown, and in bars with fewer than two of them, where there is nothing to compare.
    """
    forward = forward_return(panel, horizon_days)
    known = forward.notna().sum(axis=1)
    others = (known - 1).where(known >= FEWEST_TO_RANK)
    return (forward.rank(axis=1) - 1).div(others, axis=0)


LABELS: Mapping[Target, Callable[[Panel, int], pd.DataFrame]] = MappingProxyType(
    {"up_down": up_down, "forward_return": forward_return, "rank": forward_rank}
)
