"""Lo's standard errors, and the probabilistic and deflated Sharpe ratios, to the digits their authors print."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.backtest import stats
from tools.backtest.statistics.deflated import (
    deflated_sharpe,
    effective_trials,
    expected_max_sharpe,
    trial_variance,
)
from tools.backtest.statistics.hac import effective_count, long_run_variance
from tools.backtest.statistics.lo import eta, lo_sharpe, sharpe_stderr
from tools.backtest.statistics.probabilistic import (
    detection_power,
    min_track_record,
    probabilistic_sharpe,
    sharpe_deviation,
)
from tools.backtest.statistics.sample import moments, sharpes_per_bar

samples = st.lists(st.floats(-0.2, 0.2).map(lambda value: round(value, 4)), min_size=5, max_size=60)


def test_lo_2002_standard_error():
    assert sharpe_stderr(1.5, 60) == pytest.approx(0.1882, abs=5e-5)


@pytest.mark.parametrize(("rho", "printed"), [(0.0, 3.464), (0.2, 2.879), (0.5, 2.121)])
def test_lo_2002_eta_of_twelve_months(rho, printed):
    assert eta(12, [rho**lag for lag in range(1, 12)]) == pytest.approx(printed, abs=5e-4)


def test_eta_ignores_what_lies_beyond_the_period_and_needs_a_variance():
    assert eta(3, [0.1, 0.2, 0.9]) == eta(3, [0.1, 0.2])
    assert eta(252) == pytest.approx(math.sqrt(252))
    assert eta(3, [-1.0, -1.0]) is None


def test_lo_sharpe_of_independent_returns_is_the_plain_one():
    returns = pd.Series(np.random.default_rng(3).normal(0.0005, 0.01, 2000))
    found = lo_sharpe(returns, lags=0)
    assert found.sharpe == pytest.approx(stats.sharpe(returns))
    assert found.adjusted == pytest.approx(found.sharpe)
    assert found.stderr == pytest.approx(stats.sharpe_stderr(returns))
    assert found.adjusted_stderr == pytest.approx(found.stderr, rel=0.03)


def test_lo_sharpe_of_smoothed_returns_is_lower_and_its_error_true_to_repetition():
    rng = np.random.default_rng(4)
    ratios, errors, plain = [], [], []
    for _ in range(300):
        noise = rng.normal(0.0005, 0.01, 1501)
        found = lo_sharpe(pd.Series((noise[1:] + noise[:-1]) / 2))
        ratios.append(found.adjusted)
        errors.append(found.adjusted_stderr)
        plain.append(found.sharpe)
    assert np.mean(plain) / np.mean(ratios) == pytest.approx(math.sqrt(2), rel=0.05)
    assert np.mean(errors) == pytest.approx(np.std(ratios), rel=0.1)


def test_bailey_lopez_de_prado_2012():
    assert probabilistic_sharpe(0.458, 24) == pytest.approx(0.982, abs=5e-4)
    assert probabilistic_sharpe(0.458, 24, -2.448, 10.164) == pytest.approx(0.913, abs=5e-4)
    assert sharpe_deviation(0.7079, 134, -0.2250, 2.9570) == pytest.approx(0.1028, abs=5e-5)
    assert min_track_record(0.7079, -0.2250, 2.9570) / 12 == pytest.approx(0.7152, abs=5e-5)


@pytest.mark.parametrize(("trials", "deflated"), [(100, 0.9004), (46, 0.9505)])
def test_bailey_lopez_de_prado_2014(trials, deflated):
    ratio, variance = 2.5 / math.sqrt(250), 0.5 / 250
    found = deflated_sharpe(ratio, 1250, -3, 10, trials=trials, variance=variance)
    assert found == pytest.approx(deflated, abs=5e-5)
    assert expected_max_sharpe(100, variance) == pytest.approx(0.1132, abs=5e-5)


def test_the_expected_best_is_that_of_simulated_noise():
    best = np.random.default_rng(5).normal(size=(4000, 200)).max(axis=1).mean()
    assert expected_max_sharpe(200, 1.0) == pytest.approx(best, rel=0.01)


def test_one_trial_is_not_deflated():
    assert expected_max_sharpe(1, 5.0) == 0
    assert deflated_sharpe(0.1, 500) == probabilistic_sharpe(0.1, 500)


@given(st.floats(-0.5, 0.5), st.integers(2, 5000), st.floats(0, 0.02), st.integers(1, 5000))
def test_more_trials_never_help(ratio, returns, variance, trials):
    fewer = deflated_sharpe(ratio, returns, trials=trials, variance=variance)
    more = deflated_sharpe(ratio, returns, trials=trials + 1, variance=variance)
    assert 0 <= more <= fewer <= 1


@given(st.floats(0.02, 0.5), st.floats(-2, 2), st.floats(0, 5), st.floats(0.6, 0.99))
def test_the_minimum_record_is_where_the_probability_is_reached(ratio, skewness, excess, confidence):
    kurtosis = 1.01 + skewness**2 + excess
    needed = min_track_record(ratio, skewness, kurtosis, confidence=confidence)
    longer = math.ceil(needed) + 1
    assert probabilistic_sharpe(ratio, longer, skewness, kurtosis) >= confidence
    shorter = math.floor(needed) - 1
    if shorter >= 2:
        assert probabilistic_sharpe(ratio, shorter, skewness, kurtosis) <= confidence


def test_no_record_proves_a_ratio_that_is_not_above_the_benchmark():
    assert min_track_record(0.1, benchmark_per_bar=0.1) is None
    with pytest.raises(ValueError, match="confidence"):
        min_track_record(0.1, confidence=0.5)


@given(samples)
def test_probability_is_symmetric_in_sign_and_blind_to_scale_and_order(values):
    found = moments(np.array(values))
    if found is None:
        return
    flipped, scaled, reversed_ = (
        moments(np.array(each)) for each in (_times(values, -1), _times(values, 4), values[::-1])
    )
    assert scaled.sharpe_per_bar == pytest.approx(found.sharpe_per_bar, rel=1e-9, abs=1e-12)
    assert flipped.skewness == pytest.approx(-found.skewness, rel=1e-6, abs=1e-6)
    assert reversed_.kurtosis == pytest.approx(found.kurtosis, rel=1e-6)
    chances = [
        probabilistic_sharpe(each.sharpe_per_bar, each.returns, each.skewness, each.kurtosis)
        for each in (found, flipped, scaled)
    ]
    if None not in chances:
        assert chances[0] == pytest.approx(1 - chances[1], abs=1e-6)
        assert chances[0] == pytest.approx(chances[2], abs=1e-6)


def _times(values, factor):
    return [value * factor for value in values]


@given(samples)
def test_columns_have_the_ratio_of_the_series(values):
    found = moments(np.array(values))
    column = sharpes_per_bar(np.array(values)[:, None])[0]
    assert column == (pytest.approx(found.sharpe_per_bar) if found else 0)
    assert found is None or found.sharpe == pytest.approx(stats.sharpe(pd.Series(values)))


def test_moments_of_a_known_distribution():
    found = moments(np.random.default_rng(6).exponential(size=400_000))
    assert (found.sharpe_per_bar, found.skewness, found.kurtosis) == pytest.approx((1, 2, 9), rel=0.05)


@pytest.mark.parametrize("values", [[], [0.01], [0.01] * 30, [np.nan, 0.02]])
def test_undefined_is_none(values):
    assert moments(np.array(values)) is None
    assert lo_sharpe(pd.Series(values, dtype=float)) is None


def test_returns_of_two_values_have_no_spread_to_judge_by():
    assert sharpe_deviation(1.0, 10, 2.0, 5.0) == 0
    assert probabilistic_sharpe(1.0, 10, 2.0, 5.0) is None


def test_nonsense_is_refused():
    for call in (lambda: sharpe_deviation(1, 1), lambda: sharpe_stderr(1, 0), lambda: expected_max_sharpe(0, 1)):
        with pytest.raises(ValueError, match="at least"):
            call()


def test_correlated_trials_amount_to_fewer():
    assert effective_trials(100, 0.0) == 100
    assert effective_trials(100, 1.0) == 1
    assert effective_trials(100, 0.5) == 50.5
    assert effective_trials(100, -0.5) == 100
    assert trial_variance([1.0, np.nan, 3.0]) == 2.0
    assert trial_variance([1.0]) == 0.0


def test_power_at_no_edge_is_the_size():
    assert detection_power(0.0, 1000) == pytest.approx(0.05)
    assert detection_power(0.0, 1000, confidence=0.99) == pytest.approx(0.01)


def test_autocorrelated_returns_count_as_fewer():
    noise = np.random.default_rng(7).normal(size=20_001)
    smoothed = (noise[1:] + noise[:-1]) / 2
    assert long_run_variance(smoothed) / smoothed.var() == pytest.approx(2, rel=0.1)
    assert effective_count(smoothed) == pytest.approx(10_000, rel=0.1)
    assert effective_count(np.diff(noise)) == 20_000
