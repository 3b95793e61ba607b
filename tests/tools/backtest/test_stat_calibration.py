"""The verdict on strategies whose worth is known: worthless ones by the thousand, and planted edges.

The test has the size of 5 % exactly, so a thousand draws scatter about it: three standard errors are allowed.
"""

import math

import numpy as np
import pandas as pd
import pytest

from tools.backtest.cost_curve import CostPoint
from tools.backtest.statistics.deflated import deflated_sharpe, expected_max_sharpe, trial_variance
from tools.backtest.statistics.gather import Family, family, gather
from tools.backtest.statistics.overfitting import probability_of_overfitting
from tools.backtest.statistics.probabilistic import detection_power, probabilistic_sharpe, sharpe_deviation
from tools.backtest.statistics.relative import hedged_columns
from tools.backtest.statistics.sample import moments, sharpes_per_bar
from tools.backtest.statistics.verdict import verdict

NOMINAL = 0.05
YEARS, DAYS = 5, 1260
INDEX = pd.bdate_range("2010-01-01", periods=DAYS)
COSTS = tuple(CostPoint(multiple=at, sharpe=1.0, cagr=None) for at in (1, 2, 3))


def escapes(matrix, chosen_from=None, benchmark=None):
    """Return the share of the columns (daily returns) with a grade above "no edge"."""
    market = None if benchmark is None else pd.Series(benchmark, index=INDEX)
    grades = [
        verdict(
            gather(
                pd.Series(column, index=INDEX),
                orders=1000,
                chosen_from=chosen_from or Family(),
                benchmark=market,
                costs=COSTS,
            )
        ).grade
        for column in matrix.T
    ]
    return np.mean([grade != "no edge" for grade in grades])


def noise(seed, columns=1000, bars=DAYS):
    return np.random.default_rng(seed).normal(size=(bars, columns)) * 0.01


def margin(rate, count, deviations=3.0):
    return deviations * math.sqrt(rate * (1 - rate) / count)


def test_a_thousand_worthless_strategies_one_by_one():
    assert escapes(noise(1)) <= NOMINAL + margin(NOMINAL, 1000)


def test_a_thousand_worthless_strategies_as_trials_of_one_family():
    matrix = noise(2)
    found = probability_of_overfitting(matrix, 10)
    chosen_from = family(sharpes_per_bar(matrix), overfitting=found.probability)
    assert escapes(matrix[:, :300]) > 0.02
    assert escapes(matrix, chosen_from) == 0


def test_a_thousand_worthless_long_only_strategies_in_a_rising_market():
    """All of them earn, because the market rose. Against the market none of them is better than chance."""
    rng = np.random.default_rng(3)
    market = rng.normal(0.001, 0.01, DAYS)
    matrix = market[:, None] + rng.normal(0, 0.005, (DAYS, 1000))
    assert escapes(matrix[:, :100]) > 0.9
    assert escapes(matrix, benchmark=market) <= NOMINAL + margin(NOMINAL, 1000)


def test_the_best_of_a_family_escapes_at_most_at_the_nominal_rate():
    rng = np.random.default_rng(4)
    for size, correlation in [(2, 0.0), (5, 0.0), (20, 0.0), (20, 0.5), (20, 0.9)]:
        deflated, naive = [], []
        for _ in range(500):
            own, shared = rng.normal(size=(500, size)), rng.normal(size=(500, 1))
            matrix = math.sqrt(1 - correlation) * own + math.sqrt(correlation) * shared
            ratios = sharpes_per_bar(matrix)
            best = moments(matrix[:, ratios.argmax()])
            given = (best.sharpe_per_bar, best.returns, best.skewness, best.kurtosis)
            deflated.append(deflated_sharpe(*given, trials=size, variance=trial_variance(ratios)) >= 0.95)
            naive.append(probabilistic_sharpe(*given) >= 0.95)
        assert np.mean(deflated) <= NOMINAL + margin(NOMINAL, 500)
        assert np.mean(naive) > np.mean(deflated)


@pytest.mark.parametrize("shape", ["fat tails", "crash risk", "lottery", "autocorrelated"])
def test_the_size_holds_for_returns_that_are_not_normal(shape):
    rng = np.random.default_rng(5)
    raw = {
        "fat tails": lambda: rng.standard_t(4, size=(DAYS, 500)),
        "crash risk": lambda: 1 - rng.exponential(size=(DAYS, 500)),
        "lottery": lambda: rng.exponential(size=(DAYS, 500)) - 1,
        "autocorrelated": lambda: smooth(rng.normal(size=(DAYS + 1, 500))),
    }[shape]() * 0.01
    assert escapes(raw) <= NOMINAL + margin(NOMINAL, 500)


def smooth(values):
    return values[1:] + 0.2 * values[:-1]


@pytest.mark.parametrize("sharpe", [0.5, 1.0, 1.5])
def test_a_planted_edge_is_found_with_the_power_predicted(sharpe):
    per_bar = sharpe / math.sqrt(252)
    predicted = detection_power(per_bar, DAYS)
    found = escapes(noise(6, 500) + 0.01 * per_bar)
    assert found == pytest.approx(predicted, abs=margin(predicted, 500) + 0.015)


def test_a_planted_alpha_is_found_under_a_market_with_the_power_predicted():
    rng = np.random.default_rng(7)
    market = rng.normal(0.002, 0.01, DAYS)
    per_bar = 1.0 / math.sqrt(252)
    matrix = market[:, None] + rng.normal(0.005 * per_bar, 0.005, (DAYS, 500))
    predicted = detection_power(per_bar, DAYS)
    assert escapes(matrix, benchmark=market) == pytest.approx(predicted, abs=margin(predicted, 500) + 0.015)


def test_a_planted_edge_among_many_trials_is_found_with_the_power_predicted():
    """One trial of 200 has a Sharpe ratio of 3; the others are noise. The bar is the best that they would reach."""
    rng = np.random.default_rng(8)
    per_bar, trials, found = 3.0 / math.sqrt(252), 200, []
    for _ in range(300):
        matrix = rng.normal(size=(DAYS, trials))
        matrix[:, 0] += per_bar
        ratios = sharpes_per_bar(matrix)
        planted = moments(matrix[:, 0])
        given = (planted.sharpe_per_bar, planted.returns, planted.skewness, planted.kurtosis)
        found.append(deflated_sharpe(*given, trials=trials, variance=trial_variance(ratios)) >= 0.95)
    spread = sharpe_deviation(0.0, DAYS) ** 2 + per_bar**2 / trials
    bar = expected_max_sharpe(trials, spread)
    predicted = detection_power(per_bar, DAYS, benchmark_per_bar=bar)
    assert 0.2 < predicted < 0.99
    assert np.mean(found) == pytest.approx(predicted, abs=margin(predicted, 300) + 0.01)


def test_trials_are_deflated_without_the_market_they_share():
    rng = np.random.default_rng(9)
    market = rng.normal(0.0005, 0.01, DAYS)
    matrix = market[:, None] + rng.normal(0, 0.005, (DAYS, 300))
    chosen_from = family(sharpes_per_bar(matrix), alphas_per_bar=sharpes_per_bar(hedged_columns(matrix, market)))
    assert chosen_from.alpha_variance == pytest.approx(1 / DAYS, rel=0.3)
    assert escapes(matrix, chosen_from, benchmark=market) == 0
