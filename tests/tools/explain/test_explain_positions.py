"""What the symbols earned adds up to what the portfolio earned, whatever was traded and however."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.backtest.costs import Costs
from tools.backtest.engine import run_weights
from tools.backtest.rules import Rule, run_rule
from tools.explain.positions import keep_book, positions
from tools.features.expr import compile_expression
from tools.features.panel import Panel

COSTS = Costs(5.0, 10.0)


def market(seed: int, *, bars: int = 60, symbols: int = 3, holes: bool = False) -> Panel:
    rng = np.random.default_rng(seed)
    index = pd.bdate_range("2010-01-04", periods=bars, name="ts")
    columns = pd.Index([f"S{number}" for number in range(symbols)], name="symbol")
    close = pd.DataFrame(50 * np.exp(rng.normal(0, 0.02, (bars, symbols)).cumsum(axis=0)), index, columns)
    if holes:
        close = close.mask(rng.random(close.shape) < 0.1)
    open_ = close * np.exp(rng.normal(0, 0.01, close.shape))
    high, low = np.maximum(open_, close), np.minimum(open_, close)
    return Panel(open=open_, high=high, low=low, close=close, volume=close * 0 + 1e6)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from(["next_open", "next_close"]), st.booleans())
def test_what_the_symbols_earned_is_what_the_portfolio_earned(seed: int, fill: str, holes: bool) -> None:
    panel = market(seed, holes=holes)
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(3), len(panel.close)) * (rng.random((len(panel.close), 3)) > 0.3)
    ledger = run_weights(
        panel.close * 0 + weights if holes else pd.DataFrame(weights, panel.close.index, panel.close.columns),
        open_=panel.open,
        close=panel.close,
        costs=COSTS,
        fill=fill,
    )
    book = keep_book(ledger.trades, panel, ledger.equity, fill)
    assert book.earned.sum() == pytest.approx(ledger.equity.iloc[-1] - 1, abs=1e-9)
    held = (ledger.weights_held.to_numpy() > 1e-9) | (np.abs(ledger.weights_held.to_numpy()) > 1e-9)
    assert (book.held == held).all()


def test_figures_of_a_rule() -> None:
    panel = market(5, bars=300)
    rule = Rule(compile_expression("sma(5) > sma(20)"))
    ledger = run_rule(panel, rule, costs=COSTS)
    book = keep_book(ledger.trades, panel, ledger.equity, "next_open")
    found = positions(book, ledger.equity)
    assert found.total == pytest.approx(ledger.equity.iloc[-1] - 1)
    assert found.elsewhere == pytest.approx(0, abs=1e-9)
    assert found.bars == 300
    held = ledger.weights_held.to_numpy() > 1e-9
    assert found.in_market == pytest.approx(held.any(axis=1).mean())
    starts = (held[1:] & ~held[:-1]).sum()
    assert found.spells == starts
    assert found.holding_bars == pytest.approx(held.sum() / starts)
    assert [each.earned for each in found.earned] == sorted((each.earned for each in found.earned), reverse=True)


def test_of_many_symbols_both_ends_are_shown_and_the_rest_is_summed() -> None:
    panel = market(6, symbols=30)
    weights = pd.DataFrame(1 / 30, panel.close.index, panel.close.columns)
    ledger = run_weights(weights, open_=panel.open, close=panel.close, costs=COSTS)
    found = positions(keep_book(ledger.trades, panel, ledger.equity, "next_open"), ledger.equity)
    assert len(found.earned) == 20
    assert sum(each.earned for each in found.earned) + found.elsewhere == pytest.approx(found.total)


def test_nothing_held_is_nothing_earned() -> None:
    panel = market(7)
    ledger = run_weights(panel.close * 0.0, open_=panel.open, close=panel.close, costs=COSTS)
    found = positions(keep_book(ledger.trades, panel, ledger.equity, "next_open"), ledger.equity)
    assert (found.spells, found.holding_bars, found.in_market, found.total) == (0, None, 0.0, 0.0)
