import numpy as np
import pandas as pd
import pytest
from backtest_loop_oracle import run_loop

from tools.backtest.costs import Costs
from tools.backtest.engine import run_weights
from tools.backtest.risk import Risk
from tools.backtest.rules import Condition, Rule, listed, rule_targets, rule_weights, run_rule, sweep_rules
from tools.backtest.terms import Terms
from tools.features.expr import compile_expression
from tools.features.panel import Panel
from tools.kernel.errors import BadRequest, NoData

SMA = Rule(compile_expression("sma(10) > sma(30)"))


def panel_of(open_, close):
    return Panel(open_, close.combine(open_, np.fmax), close.combine(open_, np.fmin), close, close * 0 + 1e6)


@pytest.fixture(scope="module")
def google():
    bars = pytest.importorskip("backtesting.test").GOOG
    frames = (bars[field].to_frame("GOOG").astype(float) for field in ("Open", "High", "Low", "Close", "Volume"))
    return Panel(*frames)


@pytest.fixture(scope="module")
def few():
    rng = np.random.default_rng(4)
    index = pd.bdate_range("2020-01-01", periods=300, name="ts")
    close = pd.DataFrame(100 * np.exp(rng.normal(0, 0.02, (300, 4)).cumsum(axis=0)), index, list("ABCD"))
    return panel_of(close * np.exp(rng.normal(0, 0.005, close.shape)), close)


def condition(*rows):
    return Condition.of(pd.DataFrame(rows, dtype=float))


@pytest.mark.parametrize(("fill", "expected"), [("next_open", 7.515293), ("next_close", 6.626769)])
@pytest.mark.parametrize("terms", [Terms(), Terms(risk=Risk(max_leverage=1.0))])
def test_the_moving_average_rule_agrees_with_the_reference(google, fill, expected, terms):
    ledger = run_rule(google, SMA, costs=Costs(10), fill=fill, terms=terms)
    held = (google.close.rolling(10).mean() > google.close.rolling(30).mean()).astype(float)
    equity, _, orders = run_loop(held, google.open, google.close, rate=0.001, fill=fill, rebalance="on_change")
    assert ledger.equity.iloc[-1] == pytest.approx(expected, abs=5e-7)
    np.testing.assert_allclose(ledger.equity, equity, rtol=1e-9)
    assert ledger.orders == orders == 67
    assert abs(ledger.equity.iloc[-1] - 8.309972) > 0.5  # the same-bar fill


def test_positions_share_equally_and_the_exit_wins():
    alive = np.ones((5, 2), dtype=bool)
    entry = condition([1, 0], [0, 1], [0, 0], [1, 1], [np.nan, np.nan])
    leave = condition([0, 0], [0, 0], [1, 0], [1, 0], [0, 1])
    np.testing.assert_array_equal(rule_weights(entry, leave, alive), [[1, 0], [0.5, 0.5], [0, 1], [0, 1], [0, 0]])


def test_without_an_exit_a_position_ends_when_entry_is_known_not_to_hold():
    entry = condition([np.nan], [1], [np.nan], [1], [0], [np.nan])
    np.testing.assert_array_equal(rule_weights(entry, None, np.ones((6, 1), dtype=bool))[:, 0], [0, 1, 1, 1, 0, 0])


def test_an_entry_is_remembered_until_the_exit():
    rule = Rule(compile_expression("rsi(5) < 20"), compile_expression("rsi(5) > 70"))
    rng = np.random.default_rng(0)
    index = pd.bdate_range("2020-01-01", periods=200, name="ts")
    close = pd.DataFrame({"A": 100 * np.exp(rng.normal(0, 0.02, 200).cumsum())}, index)
    panel = panel_of(close, close)
    low, high = rule.entry.compute(panel)["A"] == 1, rule.exit.compute(panel)["A"] == 1
    held, now = [], False
    for enters, leaves in zip(low, high, strict=True):
        now = (now or enters) and not leaves
        held.append(float(now))
    assert 0 < sum(held) < 200
    ledger = run_rule(panel, rule, costs=Costs())
    assert ledger.orders == int(np.abs(np.diff(held, prepend=0))[:-1].sum())


def test_a_symbol_that_ends_is_no_longer_held(few):
    close = few.close.copy()
    close.iloc[100:, 0] = np.nan
    alive = listed(close)
    assert alive[104, 0]
    assert not alive[105, 0]
    entry = Condition(np.ones_like(alive), np.zeros_like(alive))
    np.testing.assert_allclose(rule_weights(entry, None, alive)[105], [0, 1 / 3, 1 / 3, 1 / 3])


def test_a_rule_sees_nothing_of_the_future(few):
    for cut in (60, 150):
        whole = run_rule(few, SMA, costs=Costs(10)).equity.iloc[:cut]
        part = run_rule(few.until(few.sessions[cut - 1]), SMA, costs=Costs(10)).equity
        pd.testing.assert_series_equal(whole, part, rtol=1e-12)


def test_a_sweep_is_the_runs_one_by_one(few):
    entries = [compile_expression(f"sma({fast}) > sma({slow})") for fast in (3, 5) for slow in (10, 20)]
    leave = compile_expression("close < sma(10)")
    rules = [Rule(entry, exit_) for entry in entries for exit_ in (None, leave)]
    swept = list(sweep_rules(few, rules, costs=Costs(10)))
    for rule, ledger in zip(rules, swept, strict=True):
        alone = run_rule(few, rule, costs=Costs(10))
        pd.testing.assert_series_equal(ledger.equity, alone.equity, check_exact=True)
        pd.testing.assert_frame_equal(ledger.trades, alone.trades, check_exact=True)


def test_a_rule_runs_in_the_engine_of_signals(few):
    weights = pd.DataFrame(
        rule_weights(Condition.of(SMA.entry.compute(few)), None, listed(few.close)),
        few.close.index,
        few.close.columns,
    )
    direct = run_weights(weights, open_=few.open, close=few.close, costs=Costs(10), rebalance="on_change")
    pd.testing.assert_series_equal(direct.equity, run_rule(few, SMA, costs=Costs(10)).equity, check_exact=True)


def test_a_number_is_no_rule():
    for entry, exit_ in (("sma(10)", None), ("close > sma(10)", "rsi(14)")):
        with pytest.raises(BadRequest, match="condition"):
            Rule(compile_expression(entry), None if exit_ is None else compile_expression(exit_))


def test_a_position_opens_only_once_its_exit_is_known():
    entry = condition([1], [1], [0], [0], [1])
    leave = condition([np.nan], [np.nan], [np.nan], [0], [0])
    np.testing.assert_array_equal(rule_weights(entry, leave, np.ones((5, 1), dtype=bool))[:, 0], [0, 0, 0, 0, 1])


def test_targets_begin_where_the_rule_can_decide(few):
    targets = rule_targets(few, SMA)
    assert targets.index[0] == few.sessions[29]
    ledger = run_weights(
        targets,
        open_=few.open.loc[targets.index],
        close=few.close.loc[targets.index],
        costs=Costs(10),
        rebalance="on_change",
    )
    (swept,) = sweep_rules(few, [SMA], costs=Costs(10), since=targets.index[0])
    pd.testing.assert_series_equal(swept.equity, ledger.equity, check_exact=True)
    whole = run_rule(few, SMA, costs=Costs(10)).equity.loc[targets.index]
    np.testing.assert_allclose(swept.equity, whole, rtol=1e-12)


def test_a_rule_that_can_never_decide_says_so(few):
    with pytest.raises(NoData, match="looks back 1,000"):
        rule_targets(few, Rule(compile_expression("close > sma(1001)")))
