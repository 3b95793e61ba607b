import itertools

import numpy as np
import pandas as pd
import pytest
from backtest_loop_oracle import rebuild, run_loop
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.backtest.costs import Costs
from tools.backtest.engine import run_weights
from tools.backtest.weights import top_n
from tools.kernel.errors import BadRequest

FILLS = ("next_open", "next_close")
REBALANCES = ("daily", "on_change")


def market(seed, bars=40, symbols=4):
    rng = np.random.default_rng(seed)
    index = pd.bdate_range("2020-01-01", periods=bars, name="ts")
    names = [f"S{i}" for i in range(symbols)]
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.03, (bars, symbols)), axis=0))
    open_ = close * np.exp(rng.normal(0, 0.02, (bars, symbols)))
    weights = rng.dirichlet(np.ones(symbols + 1), bars)[:, :symbols]
    weights[rng.random((bars, symbols)) < 0.3] = 0.0
    weights[rng.random(bars) < 0.2] = 0.0
    for row in range(1, bars):  # runs of an unchanged target
        if rng.random() < 0.5:
            weights[row] = weights[row - 1]
    return tuple(pd.DataFrame(values, index, names) for values in (weights, open_, close))


@pytest.fixture(scope="module")
def sma():
    backtesting_data = pytest.importorskip("backtesting.test")
    bars = backtesting_data.GOOG
    held = (bars.Close.rolling(10).mean() > bars.Close.rolling(30).mean()).astype(float)
    return tuple(series.to_frame("GOOG") for series in (held, bars.Open, bars.Close))


@pytest.fixture(scope="module")
def cross_section():
    datasets = pytest.importorskip("skfolio.datasets")
    close = datasets.load_sp500_dataset()
    return top_n(close / close.shift(126) - 1, 5, threshold=None), close


@pytest.mark.parametrize(("fill", "expected"), [("next_open", 7.515293), ("next_close", 6.626769)])
def test_sma_rule_agrees_with_reference(sma, fill, expected):
    weights, open_, close = sma
    ledger = run_weights(weights, open_=open_, close=close, costs=Costs(10), fill=fill, rebalance="on_change")
    equity, traded, orders = run_loop(weights, open_, close, rate=0.001, fill=fill, rebalance="on_change")
    assert ledger.equity.iloc[-1] == pytest.approx(expected, abs=5e-7)
    assert equity.iloc[-1] == pytest.approx(expected, abs=5e-7)
    assert ledger.orders == orders == 67
    np.testing.assert_allclose(ledger.equity, equity, rtol=1e-9)
    np.testing.assert_allclose(ledger.traded, traded, atol=1e-12)
    assert abs(ledger.equity.iloc[-1] - 8.309972) > 0.5  # the same-bar fill


def test_cross_section_agrees_with_reference(cross_section):
    weights, close = cross_section
    ledger = run_weights(weights, open_=close, close=close, costs=Costs(10), fill="next_close")
    equity, _, orders = run_loop(weights, close, close, rate=0.001, fill="next_close", rebalance="daily")
    assert ledger.equity.iloc[-1] == pytest.approx(102.588, abs=5e-4)
    assert ledger.orders == orders == 43_947
    np.testing.assert_allclose(ledger.equity, equity, rtol=1e-9)
    assert abs(ledger.equity.iloc[-1] - 190.8) > 10  # the same-bar fill


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000), st.sampled_from(FILLS), st.sampled_from(REBALANCES), st.sampled_from([0, 7, 300, 3000])
)
def test_agrees_with_loop(seed, fill, rebalance, bps):
    weights, open_, close = market(seed)
    ledger = run_weights(weights, open_=open_, close=close, costs=Costs(bps), fill=fill, rebalance=rebalance)
    equity, traded, orders = run_loop(weights, open_, close, rate=bps / 1e4, fill=fill, rebalance=rebalance)
    np.testing.assert_allclose(ledger.equity, equity, rtol=1e-9)
    np.testing.assert_allclose(ledger.traded, traded, atol=1e-9)
    assert ledger.orders == orders == len(ledger.trades)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(FILLS), st.sampled_from(REBALANCES), st.sampled_from([1, 6, 200]))
def test_cash_is_conserved(seed, fill, rebalance, bps):
    """The trade list alone gives back the equity curve, and gains less costs are the change of wealth."""
    weights, open_, close = market(seed, bars=25)
    ledger = run_weights(weights, open_=open_, close=close, costs=Costs(bps), fill=fill, rebalance=rebalance)
    at_fill = open_ if fill == "next_open" else close
    np.testing.assert_allclose(rebuild(ledger.trades, at_fill, close, bps / 1e4), ledger.equity, rtol=1e-8)
    assert (ledger.weights_held.to_numpy() >= 0).all()
    assert (ledger.weights_held.sum(axis=1) <= 1 + 1e-9).all()
    free = run_weights(weights, open_=open_, close=close, costs=Costs(), fill=fill, rebalance=rebalance)
    assert free.cost_paid == 0
    assert ledger.trades["cost_fraction"].sum() == pytest.approx(ledger.traded.sum() * bps / 1e4, rel=1e-8)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(FILLS), st.sampled_from(REBALANCES))
def test_costs_never_help(seed, fill, rebalance):
    weights, open_, close = market(seed)
    curves = [
        run_weights(weights, open_=open_, close=close, costs=Costs(bps), fill=fill, rebalance=rebalance).equity
        for bps in (0, 1, 10, 100, 1000)
    ]
    for cheap, dear in itertools.pairwise(curves):
        assert (cheap >= dear * (1 - 1e-12)).all()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000), st.sampled_from(FILLS), st.sampled_from(REBALANCES), st.integers(1, 38), st.booleans()
)
def test_future_does_not_change_the_past(seed, fill, rebalance, cut, gaps):
    weights, open_, close = market(seed)
    if gaps:
        missing = np.random.default_rng(seed).random(close.shape) < 0.1
        open_, close = open_.mask(missing), close.mask(missing)
    other = market(seed + 1)
    changed = [here.copy() for here in (weights, open_, close)]
    for frame, source in zip(changed, other, strict=True):
        frame.iloc[cut:] = source.iloc[cut:].to_numpy()
    run = {"costs": Costs(20), "fill": fill, "rebalance": rebalance}
    before = run_weights(weights, open_=open_, close=close, **run)
    after = run_weights(changed[0], open_=changed[1], close=changed[2], **run)
    pd.testing.assert_series_equal(before.equity.iloc[:cut], after.equity.iloc[:cut], check_exact=False, rtol=1e-12)
    early = before.trades[before.trades["ts"] < close.index[cut]]
    pd.testing.assert_frame_equal(early, after.trades[after.trades["ts"] < close.index[cut]])


def test_a_decision_is_filled_on_the_next_bar_and_never_on_its_own():
    weights, open_, close = market(1)
    weights.iloc[:] = 0.0
    weights.iloc[10, 0] = 1.0
    for fill in FILLS:
        ledger = run_weights(weights, open_=open_, close=close, costs=Costs(), fill=fill)
        assert list(ledger.trades["ts"]) == [close.index[11], close.index[12]]
        assert list(ledger.trades["side"]) == ["buy", "sell"]
    buy_close, sell_close = close.iloc[11, 0], close.iloc[12, 0]
    assert ledger.equity.iloc[-1] == pytest.approx(sell_close / buy_close)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(FILLS), st.sampled_from(REBALANCES))
def test_missing_prices_do_not_poison(seed, fill, rebalance):
    weights, open_, close = market(seed)
    rng = np.random.default_rng(seed)
    open_, close = open_.mask(rng.random(open_.shape) < 0.15), close.mask(rng.random(close.shape) < 0.15)
    close.iloc[:12, 1], open_.iloc[:12, 1] = np.nan, np.nan  # listed late
    close.iloc[25:, 2], open_.iloc[25:, 2] = np.nan, np.nan  # delisted
    ledger = run_weights(weights, open_=open_, close=close, costs=Costs(10), fill=fill, rebalance=rebalance)
    assert np.isfinite(ledger.equity).all()
    assert (ledger.equity > 0).all()
    assert (ledger.weights_held.sum(axis=1) <= 1 + 1e-9).all()
    quoted = open_ if fill == "next_open" else close
    assert all(np.isfinite(quoted.loc[each.ts, each.symbol]) for each in ledger.trades.itertuples())
    known = close.fillna(open_).ffill()
    at_fill = known if fill == "next_close" else open_.fillna(known.shift())
    np.testing.assert_allclose(rebuild(ledger.trades, at_fill, known, 0.001), ledger.equity, rtol=1e-8)


def test_a_delisted_holding_is_kept_at_its_last_price_and_reported():
    weights, open_, close = market(3, bars=20, symbols=2)
    weights.iloc[:, :] = [0.5, 0.5]
    weights.iloc[10:, :] = [0.0, 1.0]
    open_.iloc[8:, 0], close.iloc[8:, 0] = np.nan, np.nan
    ledger = run_weights(weights, open_=open_, close=close, costs=Costs(10))
    assert ledger.rejects > 0
    assert (ledger.weights_held["S0"].iloc[8:] > 0).all()
    assert (ledger.trades.query("symbol == 'S0'")["ts"] < close.index[8]).all()


def test_an_order_refused_for_want_of_a_price_is_tried_again():
    weights, open_, close = market(4, bars=12, symbols=1)
    weights.iloc[:] = 1.0
    open_.iloc[1:5] = np.nan
    ledger = run_weights(weights, open_=open_, close=close, costs=Costs(), rebalance="on_change")
    assert (ledger.orders, ledger.rejects) == (1, 1)
    assert ledger.trades["ts"].iloc[0] == close.index[5]


def test_no_decision_lets_holdings_drift():
    weights, open_, close = market(5, bars=10, symbols=2)
    weights.iloc[:] = np.nan
    weights.iloc[0] = [0.5, 0.5]
    ledger = run_weights(weights, open_=open_, close=close, costs=Costs())
    assert ledger.orders == 2
    expected = 0.5 * (close.iloc[-1] / open_.iloc[1]).sum()
    assert ledger.equity.iloc[-1] == pytest.approx(expected)


def test_never_trading_is_a_flat_line():
    weights, open_, close = market(6)
    ledger = run_weights(weights * 0, open_=open_, close=close, costs=Costs(10), rebalance="on_change")
    assert (ledger.equity == 1).all()
    assert ledger.orders == 0
    assert ledger.trades.empty


@pytest.mark.parametrize("bad", [-0.1, 1.2, np.inf])
def test_impossible_weights_are_refused(bad):
    weights, open_, close = market(7)
    weights.iloc[3] = 0.0
    weights.iloc[3, 0] = bad
    with pytest.raises(BadRequest):
        run_weights(weights, open_=open_, close=close, costs=Costs())


def test_shapes_must_agree():
    weights, open_, close = market(8)
    with pytest.raises(BadRequest):
        run_weights(weights.iloc[1:], open_=open_, close=close, costs=Costs())
    with pytest.raises(BadRequest):
        run_weights(weights.iloc[:0], open_=open_.iloc[:0], close=close.iloc[:0], costs=Costs())


@pytest.mark.parametrize(("commission", "slippage"), [(-1, 0), (0, -1), (5000, 0), (float("nan"), 0)])
def test_absurd_costs_are_refused(commission, slippage):
    with pytest.raises(BadRequest):
        Costs(commission, slippage)
