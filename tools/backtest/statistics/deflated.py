"""The Sharpe ratio after selection: the best of many trials looks good by chance alone.

Bailey and Lopez de Prado (2014), "The Deflated Sharpe Ratio". Every variant that was tried counts, whether or not
its result was looked at. Ratios are of one bar, kurtosis is raw.

Not guaranteed: the spread of the trials must be that of the search. Adding many copies of one trial lowers it and
flatters the best; copies are to be removed before they are counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tools.backtest.statistics.probabilistic import NORMAL, probabilistic_sharpe

EULER_GAMMA = 0.5772156649015329


def expected_max_sharpe(trials: float, variance: float) -> float:
    """Return the best ratio to be expected of `trials` worthless strategies; 0 for a single one.

    sqrt(variance) * ((1 - g) Phi^-1(1 - 1 / N) + g Phi^-1(1 - 1 / (N e))), g being Euler's constant (2014, eq. 1).

    Args:
        trials: N, the number of independent trials; need not be whole (see `effective_trials`).
        variance: of the trials' ratios of one bar.

    Raises:
        ValueError: fewer than one trial, or a negative variance.
    """
    if trials < 1 or variance < 0:
        raise ValueError("there must be at least one trial and no negative variance")
    if trials == 1:
        return 0.0
    highest = NORMAL.inv_cdf(1 - 1 / trials)
    higher = NORMAL.inv_cdf(1 - 1 / (trials * math.e))
    return max(0.0, math.sqrt(variance) * ((1 - EULER_GAMMA) * highest + EULER_GAMMA * higher))


def deflated_sharpe(
    sharpe_per_bar: float,
    returns: int,
    skewness: float = 0.0,
    kurtosis: float = 3.0,
    *,
    trials: float = 1,
    variance: float = 0.0,
) -> float | None:
    """Return the probability that the true ratio is above 0, given that it is the best of `trials`.

    The probabilistic Sharpe ratio against `expected_max_sharpe(trials, variance)`; with one trial, against 0.

    Args:
        sharpe_per_bar: estimated ratio of the strategy chosen.
        returns: number of its returns.
        skewness: of its returns.
        kurtosis: of its returns, raw.
        trials: how many were tried, this one included.
        variance: of their ratios of one bar.

    Returns:
        A fraction in [0, 1]; None where it is undefined (see `probabilistic_sharpe`).

    Raises:
        ValueError: fewer than two returns or one trial, or a negative variance.
    """
    bar = expected_max_sharpe(trials, variance)
    return probabilistic_sharpe(sharpe_per_bar, returns, skewness, kurtosis, benchmark_per_bar=bar)


def trial_variance(sharpes_per_bar: Sequence[float]) -> float:
    """Return the variance (ddof=1) of the trials' ratios; NaN ones left out, 0 for fewer than two."""
    values = np.asarray(sharpes_per_bar, dtype=float)
    values = values[~np.isnan(values)]
    return float(values.var(ddof=1)) if values.size > 1 else 0.0


def effective_trials(trials: int, mean_correlation: float) -> float:
    """Return rho + (1 - rho) N, how many independent trials N correlated ones amount to (2014, appendix A.3).

    Negative mean correlation counts as none. The count of all trials is the safer choice.
    """
    rho = min(max(mean_correlation, 0.0), 1.0)
    return rho + (1.0 - rho) * trials
