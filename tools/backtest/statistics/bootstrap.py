"""Intervals for the Sharpe ratio and the deepest drawdown by resampling blocks of days.

The stationary bootstrap of Politis and Romano (1994): blocks of geometric length, mean `block_days`, from a circle.
Blocks keep what lies within them, such as calm and stormy weeks; with block_days=1 days are drawn one by one.

Not guaranteed: the future is drawn from the days seen, so a crash that never happened is in no interval.
Drawdowns of resampled paths tell what order of the same days could have cost; the one observed need not be near
the middle.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from tools.backtest.fills import Floats, Ints
from tools.backtest.statistics.sample import BARS_A_YEAR, is_flat, known, sharpes_per_bar
from tools.kernel.types import Count, Days, Fraction, Ratio, Record

MOST_CELLS = 1_000_000  # resamples x bars held at once


class SharpeInterval(Record):
    """Percentiles of the resampled Sharpe ratio of a year."""

    low: Ratio
    middle: Ratio
    high: Ratio


class DrawdownInterval(Record):
    """Percentiles of the resampled deepest drawdown, negative fractions; `low` is the worse one."""

    low: Fraction
    middle: Fraction
    high: Fraction


class Bootstrap(Record):
    """Both intervals: the middle `confidence` of `resamples` resampled histories."""

    sharpe: SharpeInterval
    max_drawdown: DrawdownInterval
    confidence: Fraction
    resamples: Count
    block_days: Days
    seed: int


def bootstrap(
    returns: pd.Series,
    *,
    seed: int,
    confidence: float = 0.95,
    resamples: int = 1000,
    block_days: int = 21,
) -> Bootstrap | None:
    """Return percentile intervals; the same seed gives the same ones.

    Args:
        returns: daily, as fractions, in order; NaN ones are left out.
        seed: of the random blocks.
        confidence: share of the resamples inside each interval.
        resamples: how many histories are drawn.
        block_days: mean length of a block.

    Returns:
        None for fewer than two returns or constant ones. A resample of constant returns has a ratio of 0.

    Raises:
        ValueError: `confidence` is not between 0 and 1, or `resamples` or `block_days` is below 1.
    """
    if not 0 < confidence < 1 or resamples < 1 or block_days < 1:
        raise ValueError("confidence must be between 0 and 1, resamples and block_days at least 1")
    values = known(returns)
    if is_flat(values):
        return None
    rng = np.random.default_rng(seed)
    step = max(1, MOST_CELLS // values.size)
    sharpes, depths = np.empty(resamples), np.empty(resamples)
    for start in range(0, resamples, step):
        rows = slice(start, min(start + step, resamples))
        drawn = values[stationary_indices(values.size, rows.stop - start, block_days, rng)]
        sharpes[rows] = sharpes_per_bar(drawn.T) * math.sqrt(BARS_A_YEAR)
        depths[rows] = deepest_drawdowns(drawn)
    tail = (1 - confidence) / 2
    ratio = [float(value) for value in np.quantile(sharpes, [tail, 0.5, 1 - tail])]
    depth = [float(value) for value in np.quantile(depths, [tail, 0.5, 1 - tail])]
    return Bootstrap(
        sharpe=SharpeInterval(low=ratio[0], middle=ratio[1], high=ratio[2]),
        max_drawdown=DrawdownInterval(low=depth[0], middle=depth[1], high=depth[2]),
        confidence=confidence,
        resamples=resamples,
        block_days=block_days,
        seed=seed,
    )


def stationary_indices(bars: int, resamples: int, block_days: float, rng: np.random.Generator) -> Ints:
    """Return positions to draw, resamples x bars: runs that wrap around, each ending with chance 1 / block_days."""
    fresh = rng.random((resamples, bars)) < 1 / block_days
    fresh[:, 0] = True
    here = np.arange(bars)
    begun = np.maximum.accumulate(np.where(fresh, here, 0), axis=1)
    first = np.take_along_axis(rng.integers(bars, size=(resamples, bars)), begun, axis=1)
    positions: Ints = (first + here - begun) % bars
    return positions


def deepest_drawdowns(paths: Floats) -> Floats:
    """Return the deepest drawdown of each row of returns, zero or negative; the start counts as a peak of 1."""
    equity = np.cumprod(1.0 + paths, axis=1)
    peak = np.maximum(np.maximum.accumulate(equity, axis=1), 1.0)
    deepest: Floats = np.minimum((equity / peak - 1.0).min(axis=1, initial=0.0), 0.0)
    return deepest
