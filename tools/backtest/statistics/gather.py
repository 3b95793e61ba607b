"""From the returns of a strategy and of the others that were tried to the evidence that a verdict is given on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tools.backtest.cost_curve import CostPoint
from tools.backtest.fills import Floats
from tools.backtest.statistics.deflated import deflated_sharpe, expected_max_sharpe, trial_variance
from tools.backtest.statistics.grade import StrategyEvidence
from tools.backtest.statistics.hac import effective_count
from tools.backtest.statistics.periods import by_year
from tools.backtest.statistics.probabilistic import SHORTEST, min_track_record
from tools.backtest.statistics.relative import hedged
from tools.backtest.statistics.sample import Moments, known, moments
from tools.kernel.types import Count, Fraction, Ratio, Record


class Family(Record):
    """The trials a strategy was chosen from.

    Attributes:
        trials: how many there were, the chosen one included.
        variance: of their Sharpe ratios of one bar; None where only their number is known: then that of worthless
            independent trials, 1 / n, is taken.
        alpha_variance: the same for their returns with the benchmark's part taken out.
        overfitting: probability of backtest overfitting among them, where known.
    """

    trials: Count = 1
    variance: Ratio | None = None
    alpha_variance: Ratio | None = None
    overfitting: Fraction | None = None


ALONE = Family()


def family(
    sharpes_per_bar: Sequence[float] | Floats,
    *,
    alphas_per_bar: Sequence[float] | Floats = (),
    trials: int | None = None,
    overfitting: float | None = None,
) -> Family:
    """Return the family of trials with these ratios of one bar, the chosen one included.

    Args:
        sharpes_per_bar: one a trial (see `sample.sharpes_per_bar`); NaN where it is not known.
        alphas_per_bar: those of the returns less the benchmark's part (see `relative.hedged_columns`).
        trials: how many were tried, where that is more than the ratios known; never taken as fewer.
        overfitting: from `overfitting.probability_of_overfitting`.
    """
    return Family(
        trials=max(len(sharpes_per_bar), trials or 1, 1),
        variance=trial_variance(list(sharpes_per_bar)) if len(known(np.asarray(sharpes_per_bar))) > 1 else None,
        alpha_variance=trial_variance(list(alphas_per_bar)) if len(known(np.asarray(alphas_per_bar))) > 1 else None,
        overfitting=overfitting,
    )


def gather(
    returns: pd.Series,
    *,
    orders: int,
    chosen_from: Family = ALONE,
    benchmark: pd.Series | None = None,
    benchmark_name: str | None = None,
    placebo_p: float | None = None,
    costs: Sequence[CostPoint] = (),
) -> StrategyEvidence:
    """Return the evidence on a strategy.

    Returns that follow each other count as fewer (see `hac.effective_count`), since the deflated Sharpe ratio
    supposes independent ones.

    Args:
        returns: daily net returns out of sample, as fractions by time stamp; NaN left out, but for the calendar.
        orders: fills behind them.
        chosen_from: the trials this one was chosen from.
        benchmark: daily returns of what it must beat; None for no comparison.
        benchmark_name: for the sentences.
        placebo_p: from `placebo.placebo_p_value`.
        costs: Sharpe ratios at multiples of the costs.
    """
    found = _independent(returns)
    return StrategyEvidence(
        sharpe=None if found is None else found.sharpe,
        days=known(returns).size,
        orders=orders,
        trials=chosen_from.trials,
        deflated_sharpe=_deflate(found, chosen_from.trials, chosen_from.variance),
        min_track_record=_needed(found, chosen_from, known(returns).size),
        benchmark=benchmark_name,
        deflated_alpha=None if benchmark is None else _alpha(hedged(returns, benchmark), chosen_from),
        overfitting=chosen_from.overfitting,
        placebo_p=placebo_p,
        costs=tuple(costs),
        periods=by_year(returns),
    )


def _independent(returns: pd.Series) -> Moments | None:
    """Return the moments with the number of independent returns that these amount to."""
    found = moments(returns)
    if found is None:
        return None
    return found.model_copy(update={"returns": max(SHORTEST, effective_count(known(returns)))})


def _variance(found: Moments, variance: float | None) -> float:
    return 1 / found.returns if variance is None else variance


def _deflate(found: Moments | None, trials: int, variance: float | None) -> float | None:
    if found is None:
        return None
    return deflated_sharpe(
        found.sharpe_per_bar,
        found.returns,
        found.skewness,
        found.kurtosis,
        trials=trials,
        variance=_variance(found, variance),
    )


def _alpha(rest: pd.Series, chosen_from: Family) -> float | None:
    """Return the deflated ratio of the hedged returns; 0 where the benchmark explains them all."""
    found = _independent(rest)
    spread = chosen_from.variance if chosen_from.alpha_variance is None else chosen_from.alpha_variance
    chance = _deflate(found, chosen_from.trials, spread)
    return 0.0 if found is None and len(rest) > 0 else chance


def _needed(found: Moments | None, chosen_from: Family, days: int) -> float | None:
    """Return the bars that proof takes, autocorrelated ones counted as they came."""
    if found is None:
        return None
    bar = expected_max_sharpe(chosen_from.trials, _variance(found, chosen_from.variance))
    needed = min_track_record(found.sharpe_per_bar, found.skewness, found.kurtosis, benchmark_per_bar=bar)
    return None if needed is None else needed * days / found.returns
