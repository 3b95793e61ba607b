"""Moments of a return series, in the form the tests of Sharpe ratios take them.

NaN returns are left out. Skewness and kurtosis are the sample's own (divided by n, not corrected for bias),
kurtosis is raw: 3 for a normal distribution.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from tools.backtest.fills import Floats
from tools.kernel.types import Count, Ratio, Record

BARS_A_YEAR = 252
MIN_RETURNS = 2
FLAT = 1e-12  # a spread below this part of the largest value is rounding, not risk


class Moments(Record):
    """Size, Sharpe ratio of one bar (ddof=1), skewness and raw kurtosis of a return series."""

    returns: Count
    sharpe_per_bar: Ratio
    skewness: Ratio
    kurtosis: Ratio

    @property
    def sharpe(self) -> float:
        """The Sharpe ratio of a year: that of one bar times sqrt(252)."""
        return self.sharpe_per_bar * math.sqrt(BARS_A_YEAR)


def known(returns: pd.Series | Floats) -> Floats:
    """Return the values that are not NaN, as an array."""
    values: Floats = np.asarray(returns, dtype=np.float64)
    return values[~np.isnan(values)]


def is_flat(values: Floats) -> bool:
    """Whether there are fewer than two values, or all are the same but for rounding."""
    return values.size < MIN_RETURNS or float(np.ptp(values)) <= FLAT * float(np.abs(values).max())


def moments(returns: pd.Series | Floats) -> Moments | None:
    """Return the moments of `returns` (fractions, one a bar); None for fewer than two returns or constant ones."""
    values = known(returns)
    if is_flat(values):
        return None
    mean, deviation = float(values.mean()), float(values.std())
    scaled = (values - mean) / deviation
    squared = scaled * scaled
    return Moments(
        returns=values.size,
        sharpe_per_bar=mean / float(values.std(ddof=1)),
        skewness=float(np.mean(squared * scaled)),
        kurtosis=float(np.mean(squared * squared)),
    )


def sharpes_per_bar(trials: Floats) -> Floats:
    """Return mean / std(ddof=1) of each column of `trials` (bars x trials, no NaN); 0 where it is constant."""
    count = len(trials)
    if count < MIN_RETURNS:
        return np.zeros(trials.shape[1])
    mean, deviation = trials.mean(axis=0), trials.std(axis=0, ddof=1)
    varies = deviation > FLAT * np.abs(trials).max(axis=0, initial=0.0)
    ratio: Floats = np.where(varies, mean / np.where(varies, deviation, 1.0), 0.0)
    return ratio
