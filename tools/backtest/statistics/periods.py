"""Performance by calendar: one line a year, one a month."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from tools.backtest.statistics.bootstrap import deepest_drawdowns
from tools.backtest.statistics.sample import BARS_A_YEAR, MIN_RETURNS, known, moments
from tools.backtest.statistics.slice import Slice


def by_year(returns: pd.Series) -> tuple[Slice, ...]:
    """Return one slice a calendar year ("2008"), in order. `returns`: daily fractions by time stamp."""
    return by_label(returns, pd.Series(returns.index.year, index=returns.index))


def by_month(returns: pd.Series) -> tuple[Slice, ...]:
    """Return one slice a calendar month ("2008-10"), in order. `returns`: daily fractions by time stamp."""
    return by_label(returns, pd.Series(returns.index.strftime("%Y-%m"), index=returns.index))


def by_label(returns: pd.Series, labels: pd.Series) -> tuple[Slice, ...]:
    """Return one slice a label, in the order of labels; bars without a label are in none.

    Args:
        returns: daily, as fractions, by time stamp.
        labels: text or numbers by the same time stamps; NaN or None for no label.
    """
    return tuple(_slice(str(label), part) for label, part in returns.groupby(labels, sort=True) if len(part))


def _slice(label: str, part: pd.Series) -> Slice:
    values = part.to_numpy(dtype=float)
    found = moments(values)
    seen = known(values)
    return Slice(
        label=label,
        start=part.index[0].date(),
        end=part.index[-1].date(),
        days=len(part),
        total_return=float(np.prod(1.0 + seen) - 1.0),
        sharpe=None if found is None else found.sharpe,
        volatility=float(seen.std(ddof=1)) * math.sqrt(BARS_A_YEAR) if seen.size >= MIN_RETURNS else None,
        max_drawdown=float(deepest_drawdowns(seen[None, :])[0]),
    )
