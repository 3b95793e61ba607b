"""The worst stretches below a former peak."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from tools.backtest import stats
from tools.kernel.types import Days, Fraction, Record


class Drawdown(Record):
    """One stretch below a peak.

    Attributes:
        start: first bar below the peak.
        trough: its lowest bar.
        end: first bar back at the peak; None if it was not reached again.
        depth: loss from the peak to the trough, a negative fraction.
        days: bars below the peak.
        days_to_trough: bars from the start to the trough, both counted.
    """

    start: date
    trough: date
    end: date | None
    depth: Fraction
    days: Days
    days_to_trough: Days


def worst_drawdowns(returns: pd.Series, count: int = 5) -> tuple[Drawdown, ...]:
    """Return the `count` deepest drawdowns, deepest first; they do not overlap.

    Args:
        returns: daily, as fractions, by time stamp; a NaN counts as 0. The start counts as a peak.
        count: the most to return.
    """
    depths = stats.drawdown(returns).to_numpy(dtype=float)
    below = np.concatenate([[False], depths < 0, [False]])
    edges = np.flatnonzero(below[1:] != below[:-1])
    stretches = [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]
    stretches.sort(key=lambda stretch: float(depths[slice(*stretch)].min()))
    return tuple(_drawdown(returns.index, depths, first, last) for first, last in stretches[:count])


def _drawdown(index: pd.Index, depths: np.ndarray, first: int, last: int) -> Drawdown:
    """Describe the stretch of bars `first` to `last` - 1."""
    trough = first + int(depths[first:last].argmin())
    return Drawdown(
        start=index[first].date(),
        trough=index[trough].date(),
        end=index[last].date() if last < len(depths) else None,
        depth=float(depths[trough]),
        days=last - first,
        days_to_trough=trough - first + 1,
    )
