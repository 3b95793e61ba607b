import itertools

import numpy as np
import pandas as pd
import pytest
from backtest_wide_oracle import replay, run_wide
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.backtest.carry import Carry
from tools.backtest.costs import Costs
from tools.backtest.engine import run_market, run_weights
from tools.backtest.impact import Impact, kept_after_impact, liquidity
from tools.backtest.market import Market
from tools.backtest.risk import Risk
from tools.backtest.terms import CASH_ACCOUNT, Delisting, Terms
from tools.backtest.walk import walk
from tools.backtest.weights import top_n
from tools.kernel.errors import BadRequest

FILLS = ("next_open", "next_close")
REBALANCES = ("daily", "on_change")
SEEDS = st.integers(0, 10_000)


def market(seed, bars=40, symbols=4, gross=1.2, shorts=True):
    """Return weights with a net sum of at most 1, opens and closes."""
    rng = np.random.default_rng(seed)
    index = pd.bdate_range("2020-01-01", periods=bars, name="ts")
    names = [f"S{i}" for i in range(symbols)]
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.03, (bars, symbols)), axis=0))
    open_ = close * np.exp(rng.normal(0, 0.02, (bars, symbols)))
    weights = rng.dirichlet(np.ones(symbols), bars) * rng.uniform(0, gross, (bars, 1))
    if shorts:
        weights *= rng.choice([-1, 1], (bars, symbols), p=[0.4, 0.6])
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1)
    weights[rng.random((bars, symbols)) < 0.2] = 0.0
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1)
    for row in range(1, bars):
        if rng.random() < 0.5:
            weights[row] = weights[row - 1]
    return tuple(pd.DataFrame(values, index, names) for values in (weights, open_, close))


def thin(open_, coefficient=1.0, capital=1e5):
    rng = np.random.default_rng(open_.shape[0])
    sigma = pd.DataFrame(rng.uniform(0.005, 0.04, open_.shape), open_.index, open_.columns)
    volume = pd.DataFrame(rng.uniform(1e6, 1e8, open_.shape), open_.index, open_.columns)
    return Impact(capital, sigma, volume, coefficient)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from(FILLS), st.sampled_from(REBALANCES), st.sampled_from([0, 20, 400]), st.booleans())
def test_both_paths_agree(seed, fill, rebalance, bps, gaps):
    weights, open_, close = market(seed)
    if gaps:
        missing = np.random.default_rng(seed).random(close.shape) < 0.1
        open_, close = open_.mask(missing), close.mask(missing)
        weights.iloc[7::6] = np.nan
    both_agree(weights, Market.of(open_, close), Terms(short=True), fill=fill, rebalance=rebalance, bps=bps)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from(FILLS), st.sampled_from([0, 20, 400]), st.booleans(), st.sampled_from([1.2, 3.0]))
def test_both_paths_agree_on_the_fee_for_borrowed_shares(seed, fill, bps, gaps, gross):
    weights, open_, close = market(seed, gross=gross)
    if gaps:
        missing = np.random.default_rng(seed).random(close.shape) < 0.1
        missing[:9, 0] = True
        open_, close = open_.mask(missing), close.mask(missing)
    weights.iloc[:4] = 0.0
    terms = Terms(short=True, carry=Carry(borrow_bps=5000))
    fast = both_agree(weights, Market.of(open_, close), terms, fill=fill, rebalance="daily", bps=bps)
    assert fast.ruined or fast.borrow_paid > 0


def both_agree(weights, prices, terms, *, fill, rebalance, bps):
    fast = run_market(weights, prices, costs=Costs(bps), fill=fill, rebalance=rebalance, terms=terms)
    slow = walk(weights.to_numpy(), prices, costs=Costs(bps), fill=fill, rebalance=rebalance, terms=terms)
    np.testing.assert_allclose(slow.equity, fast.equity, rtol=1e-9)
    np.testing.assert_allclose(slow.weights_held, fast.weights_held, atol=1e-9)
    np.testing.assert_allclose(slow.traded, fast.traded, atol=1e-9)
    assert (slow.orders, slow.rejects) == (fast.orders, fast.rejects)
    assert slow.cost_paid == pytest.approx(fast.cost_paid, rel=1e-9)
    pd.testing.assert_frame_equal(slow.trades, fast.trades, rtol=1e-7, atol=1e-11)
    for ledger in (fast, slow):
        assert (ledger.clamps["rule"] == "no_price").sum() == ledger.rejects
        assert ledger.orders_sent == len(ledger.trades) + ledger.rejects
    assert slow.borrow_paid == pytest.approx(fast.borrow_paid, rel=1e-9, abs=1e-15)
    return fast


@settings(max_examples=60, deadline=None)
@given(
    SEEDS,
    st.sampled_from(FILLS),
    st.sampled_from(REBALANCES),
    st.sampled_from([0, 15]),
    st.sampled_from(["carry", "impact", "leverage", "stop", "drawdown", "limit", "all"]),
)
def test_agrees_with_loop(seed, fill, rebalance, bps, what):
    weights, open_, close = market(seed, gross=1.8)
    carry = Carry(borrow_bps=900, cash_yield=0.04, loan_rate=0.07)
    terms = {
        "carry": Terms(short=True, carry=carry),
        "impact": Terms(short=True, impact=thin(open_)),
        "leverage": Terms(short=True, leverage=True, carry=carry),
        "stop": Terms(short=True, risk=Risk(stop_loss=0.05)),
        "drawdown": Terms(short=True, risk=Risk(drawdown_cap=0.04, reenter_after_bars=5)),
        "limit": Terms(short=True, risk=Risk(max_leverage=0.6)),
        "all": Terms(short=True, leverage=True, carry=carry, impact=thin(open_), risk=Risk(0.08, 4, 0.06, 1.1)),
    }[what]
    if terms.leverage:
        weights *= 1.5
    run = {"fill": fill, "rebalance": rebalance, "terms": terms}
    ledger = run_weights(weights, open_=open_, close=close, costs=Costs(bps), **run)
    equity, orders, account = run_wide(weights, open_, close, rate=bps / 1e4, **run)
    np.testing.assert_allclose(ledger.equity, equity, rtol=1e-9)
    assert ledger.orders == orders == len(ledger.trades)
    assert ledger.borrow_paid == pytest.approx(account.fees, abs=1e-10)
    assert ledger.loan_paid == pytest.approx(account.loan, abs=1e-10)
    assert ledger.interest_earned == pytest.approx(account.interest, abs=1e-10)
    assert ledger.cost_paid == pytest.approx(account.cost, abs=1e-10)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from(FILLS), st.sampled_from(REBALANCES), st.sampled_from([0, 30]), st.booleans())
def test_accounting_identity(seed, fill, rebalance, bps, impact):
    """Equity is cash and holdings, and its change is the gains of all symbols less all costs."""
    weights, open_, close = market(seed, bars=25)
    terms = Terms(short=True, impact=thin(open_) if impact else None)
    ledger = run_weights(
        weights, open_=open_, close=close, costs=Costs(bps), fill=fill, rebalance=rebalance, terms=terms
    )
    profit, rows = replay(ledger, open_ if fill == "next_open" else close, close)
    np.testing.assert_allclose(rows.sum(axis=1), ledger.equity, rtol=1e-8)
    np.testing.assert_allclose(rows[:, 0], ledger.cash, atol=1e-8)
    assert sum(profit.values()) - ledger.cost_paid == pytest.approx(ledger.equity.iloc[-1] - 1, abs=1e-8)
    assert ledger.impact_paid <= ledger.cost_paid + 1e-15


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.sampled_from(FILLS), st.sampled_from(REBALANCES))
def test_the_identity_holds_through_delistings(seed, fill, rebalance):
    weights, open_, close = market(seed)
    for column, end in enumerate((10, 20)):
        open_.iloc[end:, column], close.iloc[end:, column] = np.nan, np.nan
    terms = Terms(short=True, delisting=Delisting(0.3, after_bars=2))
    ledger = run_weights(
        weights, open_=open_, close=close, costs=Costs(20), fill=fill, rebalance=rebalance, terms=terms
    )
    known = close.fillna(open_).ffill()
    at_fill = known if fill == "next_close" else open_.fillna(known.shift())
    profit, rows = replay(ledger, at_fill, known)
    np.testing.assert_allclose(rows.sum(axis=1), ledger.equity, rtol=1e-8)
    np.testing.assert_allclose(rows[:, 0], ledger.cash, atol=1e-8)
    assert sum(profit.values()) - ledger.cost_paid == pytest.approx(ledger.equity.iloc[-1] - 1, abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from(FILLS), st.sampled_from(REBALANCES))
def test_a_free_run_beats_a_costed_one_by_the_costs(seed, fill, rebalance):
    weights, open_, close = market(seed)
    run = {"open_": open_, "close": close, "fill": fill, "rebalance": rebalance, "terms": Terms(short=True)}
    free, paid = (run_weights(weights, costs=Costs(bps), **run) for bps in (0, 25))
    shares = paid.trades.groupby("ts")["cost_fraction"].sum()
    left = (1 - shares.reindex(close.index).fillna(0)).cumprod()
    np.testing.assert_allclose(paid.equity, free.equity * left, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from(FILLS), st.sampled_from(REBALANCES))
def test_nothing_that_costs_helps(seed, fill, rebalance):
    weights, open_, close = market(seed)
    run = {"open_": open_, "close": close, "fill": fill, "rebalance": rebalance}

    def curves(runs):
        return [run_weights(weights, costs=Costs(bps), terms=terms, **run).equity for bps, terms in runs]

    ladders = (
        [(bps, Terms(short=True)) for bps in (0, 5, 50, 500)],
        [(5, Terms(short=True, carry=Carry(borrow_bps=bps))) for bps in (0, 100, 5000)],
        [(5, Terms(short=True, carry=Carry(cash_yield=rate))) for rate in (0.1, 0.03, 0.0)],
        [(5, Terms(short=True, impact=thin(open_, coefficient))) for coefficient in (0, 0.5, 2)],
    )
    for ladder in ladders:
        for cheap, dear in itertools.pairwise(curves(ladder)):
            # fees are paid in cash and shift what drifts, so only daily re-targeting orders every bar of them
            if rebalance == "daily" or ladder is ladders[0]:
                assert (cheap >= dear * (1 - 1e-12)).all()


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.sampled_from(FILLS), st.sampled_from(REBALANCES))
def test_scale_does_not_matter(seed, fill, rebalance):
    weights, open_, close = market(seed)
    factor = np.array([1e-3, 1, 7, 1e4])
    for terms, scaled in (
        (Terms(short=True), Terms(short=True)),
        (Terms(short=True, risk=Risk(0.1, 5, 0.05, 0.9)), Terms(short=True, risk=Risk(0.1, 5, 0.05, 0.9))),
        (Terms(short=True, impact=thin(open_)), Terms(short=True, impact=_larger(thin(open_), 1e3))),
    ):
        run = {"costs": Costs(10), "fill": fill, "rebalance": rebalance}
        one = run_weights(weights, open_=open_, close=close, terms=terms, **run)
        other = run_weights(weights, open_=open_ * factor, close=close * factor, terms=scaled, **run)
        np.testing.assert_allclose(one.equity, other.equity, rtol=1e-9)
        assert one.orders == other.orders


def _larger(impact, factor):
    return Impact(impact.capital_usd * factor, impact.volatility, impact.dollar_volume * factor)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from(FILLS), st.sampled_from(REBALANCES), st.integers(2, 38), st.booleans())
def test_the_future_does_not_change_the_past(seed, fill, rebalance, cut, gaps):
    weights, open_, close = market(seed)
    if gaps:
        open_.iloc[10:20, 0], close.iloc[10:20, 0] = np.nan, np.nan
    impact = thin(open_)

    def terms(rows):
        return Terms(
            short=True,
            carry=Carry(300, 0.03),
            delisting=Delisting(0.3, after_bars=3),
            risk=Risk(0.1, 5, 0.05, 1.1),
            impact=Impact(1e5, impact.volatility.iloc[:rows], impact.dollar_volume.iloc[:rows]),
        )

    run = {"costs": Costs(20), "fill": fill, "rebalance": rebalance}
    whole = run_weights(weights, open_=open_, close=close, terms=terms(40), **run)
    part = run_weights(weights.iloc[:cut], open_=open_.iloc[:cut], close=close.iloc[:cut], terms=terms(cut), **run)
    pd.testing.assert_series_equal(whole.equity.iloc[:cut], part.equity, rtol=1e-12)
    early = whole.clamps["ts"] < close.index[cut - 1]
    pd.testing.assert_frame_equal(whole.clamps[early], part.clamps[part.clamps["ts"] < close.index[cut - 1]])


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from(FILLS), st.sampled_from(REBALANCES))
def test_cash_is_never_negative_without_leverage(seed, fill, rebalance):
    weights, open_, close = market(seed, gross=3)
    terms = Terms(short=True, carry=Carry(borrow_bps=50_000))
    ledger = run_weights(
        weights, open_=open_, close=close, costs=Costs(10), fill=fill, rebalance=rebalance, terms=terms
    )
    assert (ledger.cash >= -1e-9).all()


def test_the_walk_agrees_with_the_reference_cross_section():
    close = pytest.importorskip("skfolio.datasets").load_sp500_dataset()
    weights = top_n(close / close.shift(126) - 1, 5, threshold=None)
    terms = Terms(delisting=Delisting(0.3))
    ledger = run_weights(weights, open_=close, close=close, costs=Costs(10), fill="next_close", terms=terms)
    plain = run_weights(weights, open_=close, close=close, costs=Costs(10), fill="next_close")
    assert ledger.equity.iloc[-1] == pytest.approx(102.588, abs=5e-4)
    assert ledger.orders == 43_947
    np.testing.assert_allclose(ledger.equity, plain.equity, rtol=1e-9)


def test_fees_are_paid_from_sales_where_there_is_no_cash():
    weights, open_, close = market(3, bars=10, symbols=2)
    weights.iloc[:] = [1.4, -0.4]
    terms = Terms(short=True, carry=Carry(borrow_bps=5000))
    run = {"open_": open_, "close": close, "costs": Costs(), "rebalance": "on_change"}
    ledger = run_weights(weights, terms=terms, **run)
    assert (ledger.clamps["rule"] == "cash").sum() == 8
    assert (ledger.cash >= -1e-12).all()
    lent = run_weights(weights, terms=Terms(short=True, leverage=True, carry=Carry(5000)), **run)
    assert lent.clamps.empty
    assert (lent.cash.iloc[2:] < 0).all()


def test_a_short_gains_what_the_price_loses_and_pays_its_lender():
    _, _, close = market(1, bars=3, symbols=1)
    close.iloc[:] = [[100.0], [100.0], [90.0]]
    weights = close * 0 - 0.5
    run = {"open_": close, "close": close, "costs": Costs(), "rebalance": "on_change"}
    assert run_weights(weights, terms=Terms(short=True), **run).equity.iloc[-1] == pytest.approx(1.05)
    charged = run_weights(weights, terms=Terms(short=True, carry=Carry(borrow_bps=252)), **run)
    assert charged.borrow_paid == pytest.approx(0.5 * 0.0252 / 252)
    assert charged.equity.iloc[-1] == pytest.approx(1.05 - charged.borrow_paid)


def test_cash_earns_and_a_loan_costs():
    _, _, close = market(1, bars=3, symbols=1)
    close.iloc[:] = 100.0
    run = {"open_": close, "close": close, "costs": Costs(), "rebalance": "on_change"}
    idle = run_weights(close * 0, terms=Terms(carry=Carry(cash_yield=0.0252)), **run)
    assert idle.equity.iloc[-1] == pytest.approx(1.0001**2)
    assert idle.interest_earned == pytest.approx(1.0001**2 - 1)
    short = run_weights(close * 0 - 1, terms=Terms(short=True, carry=Carry(cash_yield=0.0252)), **run)
    assert short.interest_earned == pytest.approx(
        1.0001**2 - 1
    )  # the proceeds of the sale are pledged and earn nothing
    lent = run_weights(close * 0 + 2, terms=Terms(leverage=True, carry=Carry(loan_rate=0.0252)), **run)
    assert lent.loan_paid == pytest.approx(1e-4)


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("rebalance", REBALANCES)
def test_ruin_ends_the_run_at_zero(fill, rebalance):
    _, _, close = market(1, bars=8, symbols=1)
    close.iloc[:, 0] = [10, 10, 10, 10, 35, 5, 5, 5]
    for terms in (Terms(short=True), Terms(short=True, carry=Carry(100))):
        ledger = run_weights(
            close * 0 - 1, open_=close, close=close, costs=Costs(10), fill=fill, rebalance=rebalance, terms=terms
        )
        assert ledger.ruined
        assert (ledger.equity.iloc[4:] == 0).all()
        assert ledger.returns.iloc[3] == -1
        assert np.isfinite(ledger.returns).all()
        assert list(ledger.clamps["rule"]) == ["ruin"]
        assert ledger.clamps["wanted"].iloc[0] < 0


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("rebalance", REBALANCES)
def test_a_delisted_holding_is_sold_at_a_haircut(fill, rebalance):
    _, _, close = market(2, bars=20, symbols=2)
    close.iloc[:] = 100.0
    close.iloc[8:, 0] = np.nan
    weights = pd.DataFrame(np.tile([0.5, -0.2], (20, 1)), close.index, close.columns)
    run = {"open_": close, "close": close, "costs": Costs(), "fill": fill, "rebalance": rebalance}
    terms = Terms(short=True, delisting=Delisting(haircut=0.3, after_bars=2))
    ledger = run_weights(weights, terms=terms, **run)
    assert ledger.equity.iloc[10] == pytest.approx(1)
    assert ledger.equity.iloc[-1] == pytest.approx(1 - 0.5 * 0.3)
    assert (ledger.weights_held["S0"].iloc[11:] == 0).all()
    assert (ledger.delisted, ledger.delisting_loss) == (1, pytest.approx(0.15))
    sale = ledger.trades.query("symbol == 'S0'").iloc[-1]
    assert (sale["ts"], sale["side"], sale["price"]) == (close.index[11], "sell", pytest.approx(70))
    clamp = ledger.clamps.query("rule == 'delisted'").iloc[0]
    assert (clamp["symbol"], clamp["wanted"], clamp["allowed"]) == ("S0", pytest.approx(0.5), 0)
    frozen = run_weights(weights, terms=Terms(short=True), **run)
    assert (frozen.weights_held["S0"].iloc[8:] > 0).all()
    assert frozen.delisted == 0
    short = run_weights(-weights, terms=terms, **run)
    assert short.equity.iloc[-1] == pytest.approx(1)  # bought back at the last price
    assert short.delisted == 1


def test_a_trading_halt_is_no_delisting():
    _, _, close = market(2, bars=20, symbols=1)
    close.iloc[8:11] = np.nan
    weights = pd.DataFrame(1.0, close.index, close.columns)
    run = {"open_": close, "close": close, "costs": Costs(), "rebalance": "on_change"}
    assert run_weights(weights, terms=Terms(delisting=Delisting(0.5)), **run).delisted == 0


def test_impact_grows_with_the_root_of_size_and_needs_liquidity():
    _, _, close = market(5, bars=4, symbols=1)
    close.iloc[:] = 50.0
    sigma, volume = close * 0 + 0.02, close * 0 + 4e6
    weights = close * 0 + 0.5

    def paid(capital, volume=volume):
        terms = Terms(impact=Impact(capital, sigma, volume, coefficient=1.5))
        return run_weights(weights, open_=close, close=close, costs=Costs(), rebalance="on_change", terms=terms)

    for capital in (1e3, 1e5):
        cost = paid(capital).impact_paid
        traded = (1 - cost) * 0.5
        assert cost == pytest.approx(1.5 * 0.02 * np.sqrt(traded * capital / 4e6) * traded, rel=1e-9)
    blind = paid(1e5, volume=volume * 0)
    assert blind.orders == 0
    assert set(blind.clamps["rule"]) == {"no_volume"}
    assert blind.orders_sent == blind.rejects > 0
    with pytest.raises(BadRequest):
        paid(1e10)


def test_liquidity_is_trailing():
    _, _, close = market(6, bars=60)
    volume = close * 1000
    whole = liquidity(close, volume, capital_usd=1e6)
    part = liquidity(close.iloc[:40], volume.iloc[:40], capital_usd=1e6)
    pd.testing.assert_frame_equal(whole.volatility.iloc[:40], part.volatility)
    pd.testing.assert_frame_equal(whole.dollar_volume.iloc[:40], part.dollar_volume)
    assert whole.volatility.iloc[:20].isna().all(axis=None)


def test_the_impact_of_a_fill_is_of_the_bar_before():
    weights, open_, close = market(7, bars=10)
    sigma, volume = close * 0 + 0.02, close * 0 + 1e7
    bent = volume.copy()
    bent.iloc[5] = 1e5
    one, other = (
        run_weights(
            weights, open_=open_, close=close, costs=Costs(), terms=Terms(short=True, impact=Impact(1e5, sigma, v))
        )
        for v in (volume, bent)
    )
    np.testing.assert_array_equal(one.equity.iloc[:6], other.equity.iloc[:6])
    assert one.equity.iloc[6] != other.equity.iloc[6]


def test_the_impact_solver_solves():
    weights, before, root = np.array([0.5, -0.3]), np.array([-0.2, 0.4]), np.array([0.1, 0.2])
    kept = kept_after_impact(weights, before, 0.01, root)
    size = np.abs(weights * kept - before)
    assert kept == pytest.approx(1 - (0.01 * size + root * size**1.5).sum(), abs=1e-14)


def test_what_the_terms_do_not_allow_is_refused():
    weights, open_, close = market(8)
    run = {"open_": open_, "close": close, "costs": Costs(10)}
    for bad, terms in (
        (close * 0 - 0.1, CASH_ACCOUNT),
        (close * 0 + 0.3, Terms(short=True)),
        (close * 0 - 0.1, Terms(leverage=True)),
        (close * 0 + 300, Terms(leverage=True)),
        (weights, Terms(short=True, impact=thin(open_.iloc[1:]))),
    ):
        with pytest.raises(BadRequest):
            run_weights(bad, terms=terms, **run)
    for wrong in (
        lambda: Carry(borrow_bps=-1),
        lambda: Carry(cash_yield=float("nan")),
        lambda: Delisting(1.1),
        lambda: Risk(drawdown_cap=1.5),
        lambda: Risk(max_leverage=0),
        lambda: Impact(0, close, close),
    ):
        with pytest.raises(BadRequest):
            wrong()
