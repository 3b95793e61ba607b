"""Books and their limits through the study: no look-ahead, conservation, and costs that never help."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from research_market import SYMBOLS, long_bars
from test_research_study import config

from tools.backtest.costs import Costs
from tools.backtest.engine import run_market
from tools.backtest.risk import Risk
from tools.features.panel import Panel
from tools.kernel.spec import silent
from tools.models.split import walk_forward
from tools.research.labels import LEARNERS, choose_label, lesson
from tools.research.portfolio import market_of, positions, run_portfolio, terms_of, trade
from tools.research.study import backtest

INDEX = "^GSPC"
SHARE = st.one_of(st.none(), st.sampled_from([0.04, 0.2, 0.7]))
OPTIONS = st.fixed_dictionaries(
    {
        "book": st.sampled_from(["long", "long_short", "beta_neutral"]),
        "target_volatility": SHARE,
        "max_position": SHARE,
        "horizon_days": st.sampled_from([1, 4]),
    }
)
SEEDS = st.integers(0, 1_000)


def market(bars, index):
    series = index.set_index("ts")
    return Panel.from_bars(bars, SYMBOLS).with_market(series["close"], series["open"])


@pytest.fixture(scope="module")
def panel():
    return market(long_bars(years=2), long_bars((INDEX,), years=2, seed=9))


def scores_of(panel, seed, first=200):
    values = np.random.default_rng(seed).random(panel.close.shape)
    scores = pd.DataFrame(values, panel.close.index, panel.close.columns)
    return scores.where(scores > 0.1).iloc[first:]


def setup_of(panel, chosen, **more):
    fee = 50.0 if chosen.get("book", "long") != "long" else 0.0
    return config(panel, borrow_bps=fee, delisting_haircut=0.3, index_symbol=INDEX, **chosen, **more)


@settings(max_examples=30, deadline=None)
@given(SEEDS, OPTIONS, st.integers(210, 490), st.sampled_from([None, 0.03]))
def test_later_prices_change_no_earlier_weight_nor_return(panel, seed, chosen, cut, stop):
    settings_ = setup_of(panel, chosen, max_drawdown=stop)
    scores = scores_of(panel, seed)
    whole = backtest(panel, scores, settings_, index_close=None, progress=silent)
    known = panel.until(panel.sessions[cut])
    early = backtest(known, scores.loc[: panel.sessions[cut]], settings_, index_close=None, progress=silent)
    pd.testing.assert_frame_equal(early.targets, whole.targets.loc[: panel.sessions[cut]], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(early.equity, whole.equity.loc[: panel.sessions[cut]], rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(SEEDS, OPTIONS)
def test_limits_hold_and_cash_is_never_negative(panel, seed, chosen):
    settings_ = setup_of(panel, chosen)
    book, cap = settings_.book, settings_.max_position
    weights = positions(panel, scores_of(panel, seed), settings_).weights
    gross = weights.abs().sum(axis=1)
    assert (gross <= (2 if book == "beta_neutral" else 1) + 1e-9).all()
    assert (weights.sum(axis=1) <= 1 + 1e-9).all()
    if cap is not None:
        assert (weights[list(SYMBOLS)].abs() <= cap + 1e-9).all(axis=None)
    if book == "long":
        assert (weights >= 0).all(axis=None)
    if book == "long_short":
        np.testing.assert_allclose(weights.sum(axis=1), 0, atol=1e-12)
    ledger = trade(panel, scores_of(panel, seed), settings_)
    assert (ledger.cash >= -1e-9).all()


@settings(max_examples=20, deadline=None)
@given(SEEDS, OPTIONS)
def test_money_is_conserved_and_no_order_disappears(panel, seed, chosen):
    settings_ = setup_of(panel, chosen)
    bars = panel.close.index
    gone = panel.close.mask((bars > bars[400])[:, None] & (panel.close.columns == SYMBOLS[0])[None, :])
    ended = Panel(panel.open.where(gone.notna()), panel.high, panel.low, gone, panel.volume, panel.market,
                  panel.market_open)  # fmt: skip
    for each in (panel, ended):
        scores = scores_of(panel, seed).where(each.close.notna())
        run = backtest(each, scores, settings_, index_close=None, progress=silent)
        ledger = run.ledger
        assert ledger.orders_sent == len(ledger.trades) + ledger.rejects
        assert sum(clamp.count for clamp in run.clamps if clamp.rule == "no_price") == ledger.rejects
        held = ledger.weights_held.mul(ledger.equity, axis=0).sum(axis=1)
        np.testing.assert_allclose(held + ledger.cash, ledger.equity, rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(SEEDS, OPTIONS)
def test_dearer_trading_is_never_better(panel, seed, chosen):
    settings_ = setup_of(panel, chosen)
    weights = positions(panel, scores_of(panel, seed), settings_).weights
    prices = market_of(panel, weights)
    runs = [run_portfolio(weights, prices, settings_, Costs(bps)).equity for bps in (0, 6, 12, 18)]
    for cheap, dear in pairwise(runs):
        assert (dear <= cheap * (1 + 1e-12)).all()


@settings(max_examples=30, deadline=None)
@given(SEEDS, OPTIONS, st.sampled_from([0.01, 0.05, 0.2]), st.booleans())
def test_a_stop_at_a_drawdown_is_the_rule_of_the_walk(panel, seed, chosen, cap, ends):
    settings_ = setup_of(panel, chosen, max_drawdown=cap)
    last = 450 if ends else 503
    gone = (panel.close.index > panel.sessions[last])[:, None] & (panel.close.columns == SYMBOLS[0])[None, :]
    close = panel.close.mask(gone)
    each = replace(panel, close=close, open=panel.open.where(close.notna()))
    weights = positions(each, scores_of(each, seed), settings_).weights
    prices = market_of(each, weights)
    quick = run_portfolio(weights, prices, settings_, Costs(6))
    terms = replace(terms_of(prices, settings_), risk=Risk(drawdown_cap=cap))
    slow = run_market(weights, prices, costs=Costs(6), fill=settings_.fill, terms=terms)
    np.testing.assert_allclose(quick.equity, slow.equity, rtol=1e-12)
    assert (quick.orders, quick.rejects) == (slow.orders, slow.rejects)
    assert sorted(quick.clamps["rule"]) == sorted(slow.clamps["rule"])


def test_a_hedged_book_has_no_market_left_and_pays_for_it():
    """A symbol that is the index, hedged with the index, earns nothing but costs."""
    index = long_bars((INDEX,), years=2, seed=9)
    bars = pd.concat([index.assign(symbol=name) for name in SYMBOLS])
    twin = market(bars, index)
    settings_ = setup_of(twin, {"book": "beta_neutral"})
    weights = positions(twin, scores_of(twin, 1), settings_).weights
    np.testing.assert_allclose(weights[INDEX], -weights[list(SYMBOLS)].sum(axis=1), atol=1e-9)
    free = run_portfolio(
        weights, market_of(twin, weights), settings_.model_copy(update={"borrow_bps": 0.0}), Costs()
    )
    np.testing.assert_allclose(free.equity, 1, atol=1e-9)
    paid = run_portfolio(weights, market_of(twin, weights), settings_, Costs())
    assert paid.borrow_paid == pytest.approx(0.005 / 252 * weights[INDEX].abs().iloc[:-2].sum(), rel=0.02)


def test_a_volatility_that_is_wanted_is_met(panel):
    realised = [
        trade(panel, scores_of(panel, 3), setup_of(panel, {"target_volatility": wanted})).returns.std() * 252**0.5
        for wanted in (None, 0.05)
    ]
    assert realised[0] > 0.1
    assert realised[1] == pytest.approx(0.05, rel=0.25)


@pytest.mark.parametrize("label", LEARNERS)
@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("fill", ["next_open", "next_close"])
def test_the_purge_covers_what_a_label_looks_at(label, horizon, fill):
    """Other prices from the first test bar on leave every training label, and its weight, as it was."""
    bars, changed = long_bars(), long_bars(seed=99)
    split = walk_forward(Panel.from_bars(bars, SYMBOLS).sessions, purge_days=horizon + 1, warmup=20)[0]
    fields = ["open", "high", "low", "close"]
    late = bars["ts"] >= split.test[0]
    other = bars.copy()
    other.loc[late, fields] = changed.loc[late, fields]
    first, second = (lesson(Panel.from_bars(each, SYMBOLS), label, horizon, fill) for each in (bars, other))
    pd.testing.assert_frame_equal(first.label.loc[split.train], second.label.loc[split.train])
    assert first.label.loc[split.train].notna().mean(axis=None) > 0.95
    assert (first.weigh is None) == (horizon == 1 or label == "rank")
    if first.weigh is not None:
        pd.testing.assert_frame_equal(first.weigh(split.train), second.weigh(split.train))


def test_auto_is_what_a_model_learns_by_itself():
    assert choose_label("lightgbm", "auto") == "up_down"
    assert choose_label("momentum", "auto") == "forward_return"
    assert choose_label("logistic", "triple_barrier") == "triple_barrier"
