import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.backtest.costs import Costs
from tools.backtest.engine import run_weights
from tools.backtest.risk import Risk
from tools.backtest.terms import Terms


def prices(*closes):
    index = pd.bdate_range("2020-01-01", periods=len(closes), name="ts")
    return pd.DataFrame({"A": np.array(closes, dtype=float)}, index)


def run(weights, close, risk, **other):
    return run_weights(
        weights, open_=close, close=close, costs=Costs(), rebalance="on_change", terms=Terms(risk=risk, **other)
    )


def clamps(ledger):
    return [tuple(row) for row in ledger.clamps.drop(columns="ts").round(9).itertuples(index=False)]


def test_a_drawdown_sells_everything_and_comes_back_after_the_wait():
    close = prices(100, 100, 120, 95, 95, 60, 60, 120)
    ledger = run(close * 0 + 1, close, Risk(drawdown_cap=0.2, reenter_after_bars=2))
    assert clamps(ledger) == [("portfolio", "drawdown_cap", 1, 0)]
    assert list(ledger.trades["ts"]) == [close.index[1], close.index[4], close.index[6]]
    assert ledger.clamps["ts"].iloc[0] == close.index[3]
    assert ledger.equity.iloc[-1] == pytest.approx(0.95 * 2)
    never = run(close * 0 + 1, close, Risk(drawdown_cap=0.2))
    assert never.equity.iloc[-1] == pytest.approx(0.95)


def test_the_peak_starts_anew_after_coming_back():
    close = prices(100, 100, 79, 79, 79, 70, 60, 60)
    ledger = run(close * 0 + 1, close, Risk(drawdown_cap=0.2, reenter_after_bars=1))
    assert list(ledger.clamps["ts"]) == [close.index[2], close.index[6]]


def test_a_stop_closes_one_position_until_a_new_signal():
    close = prices(100, 100, 95, 89, 89, 100, 100, 110)
    weights = close * 0 + 1
    risk = Risk(stop_loss=0.1)
    held = run(weights, close, risk)
    assert clamps(held) == [("A", "stop_loss", 1, 0)]
    assert held.equity.iloc[-1] == pytest.approx(0.89)  # paid at the fill after the close that set it off
    weights.iloc[4] = 0  # the signal ends; then comes anew
    again = run(weights, close, risk)
    assert list(again.trades["side"]) == ["buy", "sell", "buy"]
    assert again.equity.iloc[-1] == pytest.approx(0.89 * 1.1)


def test_a_stop_counts_from_the_average_price_paid():
    close = prices(100, 100, 120, 130, 104, 104)
    weights = close * 0 + 0.8
    weights.iloc[0] = 0.2
    shares = (0.2 / 100, 0.8 * 1.04 / 120)
    loss = 1 - 104 / ((shares[0] * 100 + (shares[1] - shares[0]) * 120) / shares[1])
    assert len(clamps(run(weights, close, Risk(stop_loss=loss - 1e-9)))) == 1
    assert clamps(run(weights, close, Risk(stop_loss=loss + 1e-9))) == []


def test_a_short_is_stopped_when_the_price_rises():
    close = prices(100, 100, 105, 111, 120)
    ledger = run(close * 0 - 0.5, close, Risk(stop_loss=0.1), short=True)
    assert clamps(ledger)[0][:2] == ("A", "stop_loss")
    assert ledger.equity.iloc[-1] == pytest.approx(1 - 0.5 * 0.2)


def test_a_stop_without_a_price_waits_for_one():
    close = prices(100, 100, 80, 70, 60, 60)
    open_ = close.copy()
    open_.iloc[3] = np.nan
    ledger = run_weights(
        close * 0 + 1,
        open_=open_,
        close=close,
        costs=Costs(),
        rebalance="on_change",
        terms=Terms(risk=Risk(stop_loss=0.1)),
    )
    assert [row[1] for row in clamps(ledger)] == ["stop_loss", "no_price"]
    assert list(ledger.trades["ts"]) == [close.index[1], close.index[4]]
    assert (ledger.orders, ledger.rejects) == (2, 1)


def test_leverage_is_limited_when_wanted_and_when_it_drifts():
    close = prices(100, 100, 100, 70, 70)
    ledger = run(close * 0 + 3, close, Risk(max_leverage=2), leverage=True)
    wanted = [round(row[2], 6) for row in clamps(ledger)]
    assert [row[1] for row in clamps(ledger)] == ["max_leverage"] * len(wanted)
    assert wanted == [3, round(1.4 / 0.4, 6)]
    assert ledger.weights_held["A"].iloc[-1] == pytest.approx(2)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.sampled_from(["next_open", "next_close"]), st.sampled_from(["daily", "on_change"]))
def test_limits_hold_on_random_runs(seed, fill, rebalance):
    rng = np.random.default_rng(seed)
    index = pd.bdate_range("2020-01-01", periods=60, name="ts")
    close = pd.DataFrame(100 * np.exp(rng.normal(0, 0.03, (60, 3)).cumsum(axis=0)), index, list("ABC"))
    weights = pd.DataFrame(rng.normal(0, 1, (60, 3)), index, list("ABC"))
    terms = Terms(short=True, leverage=True, risk=Risk(drawdown_cap=0.1, stop_loss=0.05, max_leverage=1.0))
    ledger = run_weights(
        weights, open_=close, close=close, costs=Costs(5), fill=fill, rebalance=rebalance, terms=terms
    )
    hit = ledger.clamps.query("rule == 'drawdown_cap'")["ts"]
    deep = ledger.equity <= 0.9 * ledger.equity.cummax()
    assert list(hit) == list(close.index[deep][:1])
    if not hit.empty:
        after = ledger.weights_held.loc[hit.iloc[0] :].iloc[1:]
        assert (after.to_numpy() == 0).all()
    filled = ledger.trades.groupby("ts")["weight_after"].apply(lambda each: each.abs().sum())
    assert (filled <= 1 + 1e-9).all()
