"""Where the return came from: calendar, regimes, drawdowns, rolling windows."""

import math
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.backtest import stats
from tools.backtest.statistics.drawdowns import worst_drawdowns
from tools.backtest.statistics.periods import by_label, by_month, by_year
from tools.backtest.statistics.regimes import by_regime, trend, volatility
from tools.backtest.statistics.rolling import rolling_sharpe

DAYS = pd.bdate_range("2015-03-02", periods=1500, tz="UTC")
RETURNS = pd.Series(np.random.default_rng(31).normal(0.0004, 0.01, 1500), index=DAYS)


@pytest.mark.parametrize(("split", "pattern"), [(by_year, "%Y"), (by_month, "%Y-%m")])
def test_calendar_slices_are_the_whole(split, pattern):
    found = split(RETURNS)
    assert [each.label for each in found] == sorted(set(RETURNS.index.strftime(pattern)))
    assert sum(each.days for each in found) == 1500
    assert math.prod(1 + each.total_return for each in found) - 1 == pytest.approx(stats.total_return(RETURNS))


def test_a_slice_has_the_figures_of_its_bars():
    part = RETURNS[RETURNS.index.year == 2017].copy()
    part.iloc[3] = np.nan
    (found,) = by_year(part)
    assert (found.start, found.end, found.days) == (date(2017, 1, 2), date(2017, 12, 29), len(part))
    assert found.sharpe == pytest.approx(stats.sharpe(part))
    assert found.volatility == pytest.approx(stats.volatility(part))
    assert found.max_drawdown == pytest.approx(stats.max_drawdown(part))
    assert found.total_return == pytest.approx(stats.total_return(part))


def test_bars_without_a_label_are_in_no_slice():
    labels = pd.Series(["a", None, "b"] * 500, index=DAYS, dtype=object)
    assert [each.days for each in by_label(RETURNS, labels)] == [500, 500]
    assert by_year(RETURNS.iloc[:0]) == ()


def test_regimes_use_nothing_from_the_bar_itself_or_later():
    changed = RETURNS.copy()
    changed.iloc[1000:] = changed.iloc[1000:] * -7 + 0.02
    for states in (trend, volatility):
        before, after = states(RETURNS), states(changed)
        assert before.iloc[:1001].equals(after.iloc[:1001])
        assert not before.equals(after)


def test_regimes_are_what_they_are_called():
    calm, wild = np.tile([0.002, -0.001], 400), np.tile([-0.04, 0.03], 350)
    market = pd.Series(np.concatenate([calm, wild]), index=DAYS)
    assert trend(market).iloc[300] == "up market"
    assert trend(market).iloc[-1] == "down market"
    assert volatility(market).iloc[900] == "high volatility"
    assert trend(market).iloc[:252].isna().all()
    found = {each.label: each for each in by_regime(RETURNS, market)}
    assert set(found) == {"up market", "down market", "high volatility", "low volatility"}
    assert found["up market"].days + found["down market"].days == 1500 - 252


def test_regimes_of_a_shorter_strategy_use_the_longer_market():
    late = RETURNS.iloc[900:]
    assert sum(each.days for each in by_regime(late, RETURNS)) == 2 * len(late)


def test_drawdowns_by_hand():
    days = pd.bdate_range("2020-01-01", periods=8)
    returns = pd.Series([0.1, -0.1, -0.1, 0.3, -0.05, 0.1, -0.2, 0.1], index=days)
    first, second, third = worst_drawdowns(returns)
    assert first.depth == pytest.approx(-0.2)
    assert (first.start, first.end, first.days) == (days[6].date(), None, 2)
    assert second.depth == pytest.approx(-0.19)
    assert (second.start, second.trough, second.end) == tuple(days[at].date() for at in (1, 2, 3))
    assert (second.days, second.days_to_trough) == (2, 2)
    assert third.depth == pytest.approx(-0.05)


@given(st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=80), st.integers(1, 4))
def test_drawdowns_are_ordered_and_the_first_is_the_deepest(values, count):
    returns = pd.Series(values, index=pd.bdate_range("2020-01-01", periods=len(values)))
    found = worst_drawdowns(returns, count)
    assert len(found) <= count
    assert [each.depth for each in found] == sorted(each.depth for each in found)
    assert (found[0].depth if found else 0) == pytest.approx(stats.max_drawdown(returns))
    stretches = sorted((each.start, each.end) for each in found if each.end)
    assert all(one[1] <= two[0] for one, two in pairwise(stretches))
    assert all(each.start <= each.trough and 1 <= each.days_to_trough <= each.days for each in found)


def test_no_loss_no_drawdown():
    assert worst_drawdowns(pd.Series([0.1, 0.0, np.nan, 0.2], index=DAYS[:4])) == ()
    assert worst_drawdowns(RETURNS.iloc[:0]) == ()


def test_rolling_sharpe_is_the_sharpe_of_each_window():
    found = rolling_sharpe(RETURNS, 60)
    assert found.iloc[:59].isna().all()
    for bar in (59, 300, 1499):
        assert found.iloc[bar] == pytest.approx(stats.sharpe(RETURNS.iloc[bar - 59 : bar + 1]))


def test_rolling_sharpe_passes_over_holes_and_constants():
    holes = RETURNS.copy()
    holes.iloc[100] = np.nan
    found = rolling_sharpe(holes, 60)
    assert np.isnan(found.iloc[100])
    assert found.iloc[110] == pytest.approx(stats.sharpe(holes.iloc[50:111]))
    assert rolling_sharpe(RETURNS * 0 + 0.01, 60).isna().all()
    assert rolling_sharpe(RETURNS.iloc[:10], 60).isna().all()
    with pytest.raises(ValueError, match="window"):
        rolling_sharpe(RETURNS, 1)


def test_rolling_sharpe_never_uses_later_bars():
    assert rolling_sharpe(RETURNS.iloc[:700]).equals(rolling_sharpe(RETURNS).iloc[:700])
