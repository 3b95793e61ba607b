"""Alpha, beta and company."""

import math

import numpy as np
import pandas as pd
import pytest

from tools.backtest.statistics.relative import hedged, hedged_columns, relative_to
from tools.backtest.statistics.sample import moments

RNG = np.random.default_rng(11)
MARKET = pd.Series(RNG.normal(0.0004, 0.01, 2500))
NOISE = pd.Series(RNG.normal(0, 0.005, 2500))


def test_finds_what_was_planted():
    found = relative_to(0.0004 + 0.7 * MARKET + NOISE, MARKET)
    assert abs(found.alpha - 0.1008) < 2.5 * found.alpha_stderr
    assert abs(found.beta - 0.7) < 2.5 * found.beta_stderr
    assert found.alpha_t == pytest.approx(found.alpha / found.alpha_stderr)
    assert found.days == 2500


def test_agrees_with_the_textbook_without_lags():
    returns = 0.0002 + 1.2 * MARKET + NOISE
    found = relative_to(returns, MARKET, lags=0)
    slope, cut = np.polyfit(MARKET, returns, 1)
    assert (found.beta, found.alpha / 252) == pytest.approx((slope, cut))
    rest = returns - cut - slope * MARKET
    textbook = math.sqrt((rest**2).sum() / 2498 / ((MARKET - MARKET.mean()) ** 2).sum())
    assert found.beta_stderr == pytest.approx(textbook, rel=0.05)
    active = returns - MARKET
    assert found.tracking_error == pytest.approx(active.std() * math.sqrt(252))
    assert found.information_ratio == pytest.approx(active.mean() / active.std() * math.sqrt(252))
    assert found.correlation == pytest.approx(returns.corr(MARKET))


def test_agrees_with_the_newey_west_of_statsmodels():
    api = pytest.importorskip("statsmodels.api")
    returns = 0.0002 + 0.5 * MARKET + NOISE + NOISE.shift(1, fill_value=0.0)
    fit = api.OLS(returns.to_numpy(), api.add_constant(MARKET.to_numpy())).fit(
        cov_type="HAC", cov_kwds={"maxlags": 6, "use_correction": True}
    )
    found = relative_to(returns, MARKET, lags=6)
    assert (found.alpha_stderr / 252, found.beta_stderr) == pytest.approx(tuple(fit.bse), rel=1e-6)


def test_scale_and_sign():
    returns = 0.0003 + 0.5 * MARKET + NOISE
    base, double, short = (relative_to(each, MARKET) for each in (returns, 2 * returns, -returns))
    assert (double.alpha, double.beta) == pytest.approx((2 * base.alpha, 2 * base.beta))
    assert double.alpha_t == pytest.approx(base.alpha_t)
    assert (short.alpha_t, short.beta) == pytest.approx((-base.alpha_t, -base.beta))
    rescaled = relative_to(returns, MARKET * 4)
    assert (rescaled.alpha, rescaled.beta) == pytest.approx((base.alpha, base.beta / 4))


def test_the_benchmark_itself_has_no_alpha_to_test():
    found = relative_to(MARKET, MARKET)
    assert (found.alpha, found.beta) == pytest.approx((0, 1), abs=1e-12)
    assert found.alpha_t is None
    assert found.information_ratio is None
    assert found.tracking_error == 0


def test_only_common_bars_count():
    returns = 0.5 * MARKET + NOISE
    holes = returns.copy()
    holes.iloc[:10] = np.nan
    assert relative_to(holes, MARKET.iloc[5:]) == relative_to(returns.iloc[10:], MARKET)


def test_undefined_is_none():
    flat = pd.Series([0.01] * 50)
    assert relative_to(MARKET.iloc[:50], flat) is None
    assert relative_to(MARKET.iloc[:2], MARKET) is None
    assert hedged(MARKET.iloc[:50], flat).empty
    cash = relative_to(pd.Series(0.0, index=MARKET.index), MARKET)
    assert (cash.beta, cash.alpha, cash.alpha_t, cash.correlation) == (0, 0, None, None)


def test_hedged_returns_hold_the_alpha_and_none_of_the_market():
    returns = 0.0004 + 0.7 * MARKET + NOISE
    rest = hedged(returns, MARKET)
    assert rest.corr(MARKET) == pytest.approx(0, abs=1e-12)
    assert rest.mean() * 252 == pytest.approx(relative_to(returns, MARKET).alpha)
    columns = hedged_columns(np.column_stack([returns, MARKET]), MARKET.to_numpy())
    assert columns[:, 0] == pytest.approx(rest.to_numpy())
    assert np.abs(columns[:, 1]).max() < 1e-15


def test_alpha_t_has_its_size_on_autocorrelated_noise():
    rng = np.random.default_rng(12)
    found = []
    for _ in range(400):
        noise = rng.normal(size=1001)
        found.append(relative_to(pd.Series(noise[1:] + 0.5 * noise[:-1]), pd.Series(rng.normal(size=1000))).alpha_t)
    assert np.mean(np.abs(found) > 1.96) == pytest.approx(0.05, abs=0.035)
    assert moments(np.array(found)).sharpe_per_bar == pytest.approx(0, abs=0.15)
