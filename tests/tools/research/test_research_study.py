import numpy as np
import pandas as pd
import pytest
from research_market import SYMBOLS, long_bars

from tools.backtest.record import Config
from tools.features.catalog import parse_feature
from tools.features.panel import Panel
from tools.kernel.spec import silent
from tools.research.study import backtest, scored_window, summarise, train


def config(panel, **changed):
    settings = {
        "symbols": panel.symbols,
        "features": ("rsi_14", "momentum_5"),
        "model": "lightgbm",
        "horizon_days": 1,
        "top_n": 1,
        "interval": "1d",
        "start": panel.sessions[0].date(),
        "end": panel.sessions[-1].date(),
        "train_years": 3,
        "test_months": 6,
        "purge_days": 2,
        "fill": "next_open",
        "commission_bps": 1.0,
        "slippage_bps": 5.0,
        "index_symbol": None,
        "seed": 7,
    }
    return Config(**(settings | changed))


def study_of(panel, **changed):
    settings = config(panel, **changed)
    signals = [parse_feature(name) for name in settings.features]
    trained = train(panel, signals, settings, threads=1, progress=silent)
    scores = scored_window(trained)
    tested = backtest(
        panel, scores, settings, index_close=panel.close[SYMBOLS[0]].loc[scores.index], progress=silent
    )
    return summarise(trained, scores, tested)


@pytest.fixture(scope="module")
def panel():
    return Panel.from_bars(long_bars(), SYMBOLS)


@pytest.fixture(scope="module")
def study(panel):
    return study_of(panel)


def test_only_test_windows_are_traded(study, panel):
    equity = study.backtest.equity
    assert equity.index[0].date() == study.folds[0].test_start
    assert equity.index[-1] == panel.sessions[-1]
    assert (equity.iloc[0] == 1).all()
    assert study.oos.days == len(equity) - 1


def test_equity_is_the_compounded_return(study):
    final = study.backtest.equity["strategy"].iloc[-1]
    assert final - 1 == pytest.approx(study.oos.total_return, rel=1e-9)
    assert study.backtest.benchmarks["index"].total_return == pytest.approx(
        study.backtest.equity["index"].iloc[-1] - 1
    )


def test_more_cost_is_never_better(study):
    growth = [point.cagr for point in study.backtest.cost_curve]
    assert [point.multiple for point in study.backtest.cost_curve] == [0, 1, 2, 3]
    assert growth == sorted(growth, reverse=True)


def test_folds_follow_each_other_without_touching(study):
    for fold in study.folds:
        assert fold.train_start < fold.train_end < fold.test_start <= fold.test_end
    for first, second in zip(study.folds, study.folds[1:], strict=False):
        assert first.test_end < second.test_start


def test_the_future_does_not_change_the_past(study, panel):
    """Other prices after a cut leave scores, positions and equity before it as they were."""
    cut = study.folds[1].test_end
    changed = long_bars(seed=99)
    original = long_bars()
    late = original["ts"] > pd.Timestamp(cut)
    fields = ["open", "high", "low", "close", "volume"]
    original.loc[late, fields] = changed.loc[late, fields]
    other = study_of(Panel.from_bars(original, SYMBOLS))
    before = study.backtest.equity.index <= pd.Timestamp(cut)
    for name in ("strategy", "equal_weight"):
        np.testing.assert_array_equal(study.backtest.equity[name][before], other.backtest.equity[name][before])
    np.testing.assert_array_equal(study.backtest.targets[before], other.backtest.targets[before])


def test_later_dividends_do_not_change_past_trades():
    """A dividend scales every price before it; the rounding of that must not reach the model and flip trades."""
    prices = ["open", "high", "low", "close"]
    bars = long_bars()
    bars[prices] = (bars[prices] * 0.2).round(2)  # real prices come in cents, so returns repeat exactly
    study = study_of(Panel.from_bars(bars, SYMBOLS))
    for paid in (0.0077, 0.0131, 0.0203):
        scaled = bars.copy()
        scaled[prices] *= 1 - paid
        other = study_of(Panel.from_bars(scaled, SYMBOLS))
        np.testing.assert_array_equal(study.backtest.targets, other.backtest.targets)
        np.testing.assert_allclose(study.backtest.equity, other.backtest.equity, rtol=1e-9)


def test_a_planted_signal_is_found():
    found = study_of(Panel.from_bars(long_bars(persistence=0.5, seed=3), SYMBOLS), features=("momentum_1",))
    assert found.oos.sharpe > 2
    assert found.oos.sharpe > found.backtest.benchmarks["equal_weight"].sharpe


def test_a_longer_horizon_holds_overlapping_portfolios(study, panel):
    slow = study_of(panel, horizon_days=5, purge_days=6)
    assert slow.oos.turnover < study.oos.turnover
    steps = slow.backtest.targets.to_numpy() * 5
    np.testing.assert_allclose(steps, steps.round(), atol=1e-9)


def test_targets_are_those_of_the_last_bar(study):
    last = study.backtest.targets.iloc[-1]
    assert {target.symbol: target.weight for target in study.targets} == last[last > 0].to_dict()
