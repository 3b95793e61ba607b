"""Hit rate, exposure, turnover and capacity."""

import math

import numpy as np
import pandas as pd
import pytest

from tools.backtest.statistics.activity import activity
from tools.backtest.statistics.capacity import capacity
from tools.kernel.errors import BadRequest


def test_activity_by_hand():
    returns = pd.Series([np.nan, 0.02, -0.01, 0.0, 0.04])
    weights = pd.DataFrame({"A": [0, 0.5, 0.5, 0, 1], "B": [0, -0.5, 0.5, 0, np.nan]})
    found = activity(returns, weights, pd.Series([0, 1.0, 1.0, 1.0, 1.0]))
    assert found.hit_rate == pytest.approx(2 / 3)
    assert found.payoff == pytest.approx(3)
    assert found.time_invested == pytest.approx(0.6)
    assert found.gross_exposure == pytest.approx(0.6)
    assert found.net_exposure == pytest.approx(0.4)
    assert found.positions == pytest.approx(5 / 3)
    assert found.turnover == pytest.approx(0.8 * 252)
    assert found.holding_days == pytest.approx(2 * 0.6 / 0.8)


def test_a_portfolio_swapped_every_ten_days_is_held_for_ten():
    bars = 1000
    odd = (np.arange(bars) // 10) % 2 == 1
    weights = pd.DataFrame({"A": odd * 1.0, "B": ~odd * 1.0})
    traded = weights.diff().abs().sum(axis=1)
    assert activity(pd.Series(np.zeros(bars)), weights, traded).holding_days == pytest.approx(10, rel=0.02)


def test_nothing_is_no_activity():
    found = activity(pd.Series(dtype=float), pd.DataFrame(), pd.Series(dtype=float))
    assert (found.hit_rate, found.payoff, found.holding_days) == (None, None, None)
    assert (found.time_invested, found.turnover) == (0, 0)


def market(bars=252, symbols=4, volume=1e7):
    shape = (bars, symbols)
    return {
        "dollar_volume": pd.DataFrame(np.full(shape, volume)),
        "volatility": pd.DataFrame(np.full(shape, 0.02)),
    }


def trades(bars=252, symbols=4, size=0.1):
    return pd.DataFrame(np.full((bars, symbols), size))


def test_capacity_by_hand():
    found = capacity(trades(), **market(), annual_return=0.2, participation=0.01)
    assert found.participation_usd == pytest.approx(1e6)
    yearly = 252 * 4 * 0.1 * 0.02 * math.sqrt(0.1 / 1e7)
    assert found.breakeven_usd == pytest.approx((0.2 / yearly) ** 2)
    assert found.covered == pytest.approx(1)


def test_best_capital_earns_most():
    found = capacity(trades(), **market(), annual_return=0.2)
    lost = 0.2 / math.sqrt(found.breakeven_usd)
    capital = np.linspace(0, found.breakeven_usd, 100_001)
    earned = capital * (0.2 - lost * np.sqrt(capital))
    assert capital[earned.argmax()] == pytest.approx(found.best_usd, rel=1e-3)
    assert earned[-1] == pytest.approx(0, abs=1e-6)


def test_capacity_scales_with_volume_and_not_with_the_sign_of_trades():
    small = capacity(trades(), **market(), annual_return=0.1)
    large = capacity(-trades(), **market(volume=3e7), annual_return=0.1)
    assert large.breakeven_usd == pytest.approx(3 * small.breakeven_usd)
    assert large.participation_usd == pytest.approx(3 * small.participation_usd)
    assert capacity(trades(), **market(), annual_return=0.1, impact=2).breakeven_usd == pytest.approx(
        small.breakeven_usd / 4
    )


def test_what_has_no_volume_is_left_out_and_said_so():
    given = market()
    given["dollar_volume"].iloc[:, 0] = np.nan
    given["dollar_volume"].iloc[:, 1] = 0
    assert capacity(trades(), **given, annual_return=0.1).covered == pytest.approx(0.5)
    given["dollar_volume"].iloc[:] = np.nan
    assert capacity(trades(), **given, annual_return=0.1) is None
    assert capacity(trades(size=0.0), **market(), annual_return=0.1) is None


def test_a_loser_carries_nothing():
    assert capacity(trades(), **market(), annual_return=-0.1).breakeven_usd == 0


def test_nonsense_is_refused():
    with pytest.raises(BadRequest, match="Participation"):
        capacity(trades(), **market(), annual_return=0.1, participation=0)
    with pytest.raises(BadRequest, match="shape"):
        capacity(trades(bars=10), **market(), annual_return=0.1)
