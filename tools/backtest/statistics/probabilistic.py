"""How likely the true Sharpe ratio is above a benchmark, and how long a record that takes.

Bailey and Lopez de Prado (2012), "The Sharpe Ratio Efficient Frontier". All ratios here are of one bar (daily
ones for daily returns), kurtosis is raw (3 for normal returns). The formulas hold for returns that are
independent of each other; skewness and fat tails are allowed for.
"""

from __future__ import annotations

import math
from statistics import NormalDist

NORMAL = NormalDist()
SHORTEST = 2


def sharpe_deviation(sharpe_per_bar: float, returns: int, skewness: float = 0.0, kurtosis: float = 3.0) -> float:
    """Return sqrt((1 - skew * s + (kurt - 1) / 4 * s^2) / (n - 1)), the standard deviation of an estimated ratio.

    Raises:
        ValueError: fewer than two returns.
    """
    if returns < SHORTEST:
        raise ValueError("a Sharpe ratio needs at least two returns")
    return math.sqrt(_spread(sharpe_per_bar, skewness, kurtosis) / (returns - 1))


def probabilistic_sharpe(
    sharpe_per_bar: float,
    returns: int,
    skewness: float = 0.0,
    kurtosis: float = 3.0,
    *,
    benchmark_per_bar: float = 0.0,
) -> float | None:
    """Return the probability that the true ratio is above `benchmark_per_bar`: Phi((s - s0) / deviation).

    Args:
        sharpe_per_bar: estimated ratio.
        returns: number of returns it was estimated from.
        skewness: of the returns.
        kurtosis: of the returns, raw.
        benchmark_per_bar: ratio to beat.

    Returns:
        A fraction in [0, 1]; None where the deviation is 0 (returns of two values only).

    Raises:
        ValueError: fewer than two returns.
    """
    deviation = sharpe_deviation(sharpe_per_bar, returns, skewness, kurtosis)
    return NORMAL.cdf((sharpe_per_bar - benchmark_per_bar) / deviation) if deviation > 0 else None


def min_track_record(
    sharpe_per_bar: float,
    skewness: float = 0.0,
    kurtosis: float = 3.0,
    *,
    benchmark_per_bar: float = 0.0,
    confidence: float = 0.95,
) -> float | None:
    """Return the number of returns from which the ratio is above the benchmark with `confidence`.

    1 + (1 - skew * s + (kurt - 1) / 4 * s^2) * (Phi^-1(confidence) / (s - s0))^2, not rounded; divide by the bars
    of a year for years. None where the ratio is not above the benchmark: no record is long enough.

    Raises:
        ValueError: `confidence` is not between one half and 1.
    """
    if not 0.5 < confidence < 1:  # noqa: PLR2004
        raise ValueError("confidence must be between 0.5 and 1")
    if sharpe_per_bar <= benchmark_per_bar:
        return None
    distance = NORMAL.inv_cdf(confidence) / (sharpe_per_bar - benchmark_per_bar)
    return 1.0 + _spread(sharpe_per_bar, skewness, kurtosis) * distance**2


def detection_power(
    true_per_bar: float, returns: int, *, benchmark_per_bar: float = 0.0, confidence: float = 0.95
) -> float:
    """Return the chance that a strategy of this true ratio passes `probabilistic_sharpe` >= `confidence`.

    Phi((s - s0) / deviation - Phi^-1(confidence)), for normal returns. Low power means that finding nothing says
    little.

    Raises:
        ValueError: fewer than two returns.
    """
    deviation = sharpe_deviation(true_per_bar, returns)
    return NORMAL.cdf((true_per_bar - benchmark_per_bar) / deviation - NORMAL.inv_cdf(confidence))


def _spread(sharpe_per_bar: float, skewness: float, kurtosis: float) -> float:
    """Return the variance of sqrt(n) times the estimated ratio; never negative for moments of one sample."""
    return max(0.0, 1.0 - skewness * sharpe_per_bar + (kurtosis - 1.0) / 4.0 * sharpe_per_bar**2)
