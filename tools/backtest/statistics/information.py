"""Information coefficients: how well scores order the symbols of a day by the return that follows.

One correlation across symbols a bar, then their mean. Daily price-volume features have means of a few hundredths;
one over about 0.08 is a mistake in the data until proven otherwise.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd

from tools.backtest.fills import Floats
from tools.backtest.statistics.hac import overlap_variance
from tools.backtest.statistics.sample import FLAT, known
from tools.kernel.types import Correlation, Count, Days, Fraction, Ratio, Record

FEWEST_SYMBOLS = 3
Kind = Literal["pearson", "rank"]


class Information(Record):
    """A series of information coefficients, summed up.

    Attributes:
        mean: the coefficient.
        deviation: of the coefficients from bar to bar (ddof=1); None for a single bar.
        t: mean / standard error, allowing for labels that overlap when the horizon is longer than a bar; None where
            the coefficients do not vary.
        ratio: mean / deviation, the information ratio of the score a bar.
        positive: share of bars with a coefficient above 0.
    """

    mean: Correlation
    deviation: Correlation | None
    t: Ratio | None
    ratio: Ratio | None
    positive: Fraction
    bars: Count
    horizon_days: Days


def coefficients(scores: pd.DataFrame, outcomes: pd.DataFrame, kind: Kind = "rank") -> pd.Series:
    """Return one correlation a bar between `scores` and `outcomes`, both bars x symbols with the same labels.

    Args:
        scores: known at the bar.
        outcomes: returns that follow, as fractions.
        kind: "rank" is Spearman's (ties share their mean rank), "pearson" the linear one.

    Returns:
        By bar; NaN where fewer than three symbols have both, or one of the two is the same for all of them.

    Raises:
        ValueError: the labels differ.
    """
    if not (scores.index.equals(outcomes.index) and scores.columns.equals(outcomes.columns)):
        raise ValueError("scores and outcomes must have the same bars and symbols")
    both = scores.notna() & outcomes.notna()
    x, y = scores.where(both), outcomes.where(both)
    if kind == "rank":
        x, y = x.rank(axis=1), y.rank(axis=1)
    count = both.to_numpy().sum(axis=1)
    a, b = _centred(x.to_numpy(dtype=float), count), _centred(y.to_numpy(dtype=float), count)
    size = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    defined = (count >= FEWEST_SYMBOLS) & (size > 0)
    values = np.where(defined, (a * b).sum(axis=1) / np.where(defined, size, 1.0), np.nan)
    return pd.Series(np.clip(values, -1.0, 1.0), index=scores.index)


def summarise(series: pd.Series, *, horizon_days: int = 1) -> Information | None:
    """Return the figures of `series` (of `coefficients`; NaN left out); None where there is none.

    Raises:
        ValueError: `horizon_days` is below 1.
    """
    values = known(series)
    if values.size == 0:
        return None
    mean = float(values.mean())
    deviation = float(values.std(ddof=1)) if values.size > 1 else None
    varies = deviation is not None and deviation > 0
    stderr = math.sqrt(overlap_variance(values, horizon_days) / max(values.size - 1, 1)) if varies else 0.0
    return Information(
        mean=mean,
        deviation=deviation,
        t=mean / stderr if stderr > 0 else None,
        ratio=mean / deviation if deviation else None,
        positive=float((values > 0).mean()),
        bars=values.size,
        horizon_days=horizon_days,
    )


def _centred(values: Floats, count: np.ndarray) -> Floats:
    """Return each row less its mean over known values; 0 where unknown, and in rows that do not vary."""
    zeroed = np.nan_to_num(values, nan=0.0)
    mean = zeroed.sum(axis=1) / np.maximum(count, 1)
    centred = np.where(np.isnan(values), 0.0, zeroed - mean[:, None])
    largest = np.abs(zeroed).max(axis=1, initial=0.0, keepdims=True)
    rounding = np.abs(centred).max(axis=1, initial=0.0, keepdims=True) <= FLAT * largest
    result: Floats = np.where(rounding, 0.0, centred)
    return result
