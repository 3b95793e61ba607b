"""Variance of a mean and of a regression whose errors are autocorrelated or of changing size.

Newey and West (1987): autocovariances up to `lags`, weighted 1 - k / (lags + 1), so the variance cannot be
negative. The number of lags is the rule of thumb floor(4 (n / 100)^(2/9)) of Newey and West (1994) unless given.
"""

from __future__ import annotations

import math

import numpy as np

from tools.backtest.fills import Floats


def default_lags(count: int) -> int:
    """Return floor(4 (count / 100)^(2/9)), at least 0 and below `count`."""
    return max(0, min(count - 1, math.floor(4 * math.pow(count / 100, 2 / 9))))


def autocovariances(values: Floats, lags: int) -> Floats:
    """Return the autocovariances of lag 0 to `lags` of `values` about their mean, each a sum divided by n."""
    centred = values - values.mean()
    count = len(centred)
    return np.array([float(centred[lag:] @ centred[: count - lag]) / count for lag in range(lags + 1)])


def long_run_variance(values: Floats, lags: int | None = None) -> float:
    """Return n times the variance of the mean of `values`; 0 for none.

    Args:
        values: one a bar, in order, no NaN.
        lags: autocovariances taken in; None for the rule of thumb, 0 for independent values.
    """
    count = len(values)
    if count == 0:
        return 0.0
    used = default_lags(count) if lags is None else max(0, min(lags, count - 1))
    covariances = autocovariances(values, used)
    weights = 1.0 - np.arange(1, used + 1) / (used + 1)
    return max(0.0, float(covariances[0] + 2.0 * weights @ covariances[1:]))


def regression_covariance(design: Floats, residuals: Floats, lags: int | None = None) -> Floats:
    """Return the Newey-West covariance of least-squares coefficients, scaled by n / (n - k).

    Args:
        design: bars x k regressors, of full rank, the constant included.
        residuals: one a bar.
        lags: as in `long_run_variance`; 0 is White's (1980) estimate.
    """
    count, width = design.shape
    used = default_lags(count) if lags is None else max(0, min(lags, count - 1))
    scores = design * residuals[:, None]
    middle = scores.T @ scores
    for lag in range(1, used + 1):
        shifted = scores[lag:].T @ scores[:-lag]
        middle += (1.0 - lag / (used + 1)) * (shifted + shifted.T)
    bread = np.linalg.inv(design.T @ design)
    covariance: Floats = bread @ middle @ bread * count / (count - width)
    return covariance


def overlap_variance(values: Floats, horizon_days: int) -> float:
    """Return n times the variance of the mean of `values`, each covering the `horizon_days` bars after its own.

    Neighbours share all bars but one, so they are correlated up to lag h - 1: the autocovariances of Hansen and
    Hodrick (1980), unweighted. Never below that of independent values, which also keeps it positive.

    Raises:
        ValueError: `horizon_days` is below 1.
    """
    if horizon_days < 1:
        raise ValueError("horizon_days must be at least 1")
    if len(values) == 0:
        return 0.0
    covariances = autocovariances(values, min(horizon_days - 1, len(values) - 1))
    return max(float(covariances[0]), float(covariances[0] + 2.0 * covariances[1:].sum()))


def effective_count(values: Floats) -> int:
    """Return how many independent values tell as much about the mean as `values` do; never more than there are.

    n times their variance over the long-run one. Tests that suppose independence stay honest with this count.
    """
    long_run, plain = long_run_variance(values), long_run_variance(values, 0)
    return len(values) if long_run <= plain else max(1, round(len(values) * plain / long_run))
