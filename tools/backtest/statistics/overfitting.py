"""The probability of backtest overfitting: does the best trial in one half of the time stay good in the other?

Combinatorially symmetric cross-validation, Bailey, Borwein, Lopez de Prado and Zhu (2017), "The Probability of
Backtest Overfitting". It judges the choosing among trials, not the trials: where all of them earn the same,
choosing adds nothing and the probability is near one half although there is money in each.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from tools.backtest.fills import Bools, Floats
from tools.backtest.statistics.sample import BARS_A_YEAR, FLAT
from tools.kernel.types import Count, Fraction, Ratio, Record

MOST_CELLS = 2_000_000  # splits x trials held at once
MOST_BLOCKS = 16  # 12,870 splits; each further pair of blocks makes four times as many


class Overfitting(Record):
    """What cross-validation says about choosing the best of some trials.

    Attributes:
        probability: phi, the share of splits in which the best trial in sample is below the median out of sample.
        degradation: slope of its Sharpe ratio out of sample on that in sample; below 0, better means worse.
        loss_probability: share of splits in which it loses money out of sample.
        median_logit: median of ln(w / (1 - w)), w being its relative rank out of sample; 0 is chance.
        sharpe_in: its mean Sharpe ratio of a year in sample.
        sharpe_out: the same out of sample.
    """

    probability: Fraction
    degradation: Ratio | None
    loss_probability: Fraction
    median_logit: Ratio
    sharpe_in: Ratio
    sharpe_out: Ratio
    trials: Count
    blocks: Count
    splits: Count


def probability_of_overfitting(trials: Floats, blocks: int = MOST_BLOCKS) -> Overfitting | None:
    """Return the probability that choosing the best of `trials` in sample was overfitting.

    Args:
        trials: bars x trials, net returns on the same bars. NaN counts as 0: not invested. A constant trial has a
            Sharpe ratio of 0.
        blocks: even number of stretches of time, each as long as the next but for one bar; half of them are in
            sample.

    Returns:
        None for fewer than two trials, or fewer than two bars a block. A trial exactly at the median (ties, or the
        middle one of an odd number) counts as half.

    Raises:
        ValueError: `blocks` is odd, below 2 or above 16, or `trials` is not a matrix.
    """
    if blocks % 2 or not 2 <= blocks <= MOST_BLOCKS:  # noqa: PLR2004
        raise ValueError("blocks must be an even number from 2 to 16")
    values = np.asarray(trials, dtype=np.float64)
    if values.ndim != 2:  # noqa: PLR2004
        raise ValueError("trials must be a matrix of bars x trials")
    bars, count = values.shape
    if count < 2 or bars < 2 * blocks:  # noqa: PLR2004
        return None
    best_in, best_out, rank = _chosen(np.nan_to_num(values, nan=0.0), blocks)
    logits = np.log(rank / (count + 1 - rank))
    year = float(np.sqrt(BARS_A_YEAR))
    return Overfitting(
        probability=float((logits < 0).mean() + (logits == 0).mean() / 2),
        degradation=_slope(best_in, best_out),
        loss_probability=float((best_out < 0).mean()),
        median_logit=float(np.median(logits)),
        sharpe_in=float(best_in.mean()) * year,
        sharpe_out=float(best_out.mean()) * year,
        trials=count,
        blocks=blocks,
        splits=len(logits),
    )


def _chosen(values: Floats, blocks: int) -> tuple[Floats, Floats, Floats]:
    """Return the best trial's ratio in and out of sample and its rank out of sample (1 = worst), one a split."""
    edges = np.linspace(0, len(values), blocks + 1).astype(int)
    centre = values.mean(axis=0)
    centred = values - centre
    size = np.diff(edges).astype(float)
    total = np.add.reduceat(centred, edges[:-1], axis=0)
    square = np.add.reduceat(centred**2, edges[:-1], axis=0)
    inside = _halves(blocks)
    step = max(1, MOST_CELLS // values.shape[1])
    parts = [
        _best(
            _ratios(chosen, size, total, square, centre),
            _ratios(~chosen, size, total, square, centre),
        )
        for chosen in (inside[start : start + step] for start in range(0, len(inside), step))
    ]
    best_in, best_out, rank = (np.concatenate(column) for column in zip(*parts, strict=True))
    return best_in, best_out, rank


def _halves(blocks: int) -> Bools:
    """Return every choice of half the blocks: choices x blocks, true for those chosen."""
    choices = np.array(list(combinations(range(blocks), blocks // 2)))
    inside = np.zeros((len(choices), blocks), dtype=bool)
    np.put_along_axis(inside, choices, values=True, axis=1)
    return inside


def _ratios(chosen: Bools, size: Floats, total: Floats, square: Floats, centre: Floats) -> Floats:
    """Return the Sharpe ratio of one bar of each trial on the chosen blocks, choices x trials."""
    pick = chosen.astype(float)
    count = (pick @ size)[:, None]
    mean = pick @ total / count
    spread = pick @ square / count
    variance = spread - mean**2
    varies = variance > (FLAT * np.maximum(np.abs(mean + centre), np.sqrt(spread))) ** 2
    deviation = np.sqrt(np.where(varies, variance * count / (count - 1), 1.0))
    ratio: Floats = np.where(varies, (mean + centre) / deviation, 0.0)
    return ratio


def _best(inside: Floats, outside: Floats) -> tuple[Floats, Floats, Floats]:
    best = inside.argmax(axis=1)[:, None]
    best_in = np.take_along_axis(inside, best, axis=1)
    best_out = np.take_along_axis(outside, best, axis=1)
    below = (outside < best_out).sum(axis=1)
    level = (outside == best_out).sum(axis=1)
    return best_in[:, 0], best_out[:, 0], below + (level + 1) / 2


def _slope(x: Floats, y: Floats) -> float | None:
    spread = float(((x - x.mean()) ** 2).sum())
    return float((x - x.mean()) @ (y - y.mean())) / spread if spread > 0 else None
