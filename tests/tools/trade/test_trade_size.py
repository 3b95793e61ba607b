"""Sizing conserves cash and never spends more than the capital."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.backtest.record import Target
from tools.kernel.errors import BadRequest
from tools.trade.size import best_first, size_positions

PRICE = st.floats(0.01, 1e6, allow_nan=False)
RAW_WEIGHTS = st.lists(st.floats(0, 1), min_size=0, max_size=12)


@st.composite
def portfolios(draw: st.DrawFn) -> tuple[tuple[Target, ...], dict[str, float]]:
    raw = draw(RAW_WEIGHTS)
    total = sum(raw)
    scale = draw(st.floats(0, 1)) / total if total > 1e-12 else 0.0
    targets = tuple(
        Target(symbol=f"S{number:02d}", weight=weight * scale, score=draw(st.floats(0, 1)))
        for number, weight in enumerate(raw)
    )
    return targets, {target.symbol: draw(PRICE) for target in targets}


@given(
    portfolio=portfolios(),
    capital=st.floats(1, 1e9),
    cost_bps=st.floats(0, 500),
    limit=st.none() | st.integers(1, 12),
)
def test_cash_is_conserved_and_never_negative(
    portfolio: tuple[tuple[Target, ...], dict[str, float]], capital: float, cost_bps: float, limit: int | None
) -> None:
    targets, prices = portfolio
    sizing = size_positions(targets, prices, capital_usd=capital, cost_bps=cost_bps, max_positions=limit)
    total = math.fsum((sizing.invested_usd, sizing.cost_usd, sizing.cash_usd))
    assert total == pytest.approx(capital, abs=1e-6, rel=1e-15)
    assert sizing.cash_usd >= 0
    weights = {target.symbol: target.weight for target in targets}
    for each in sizing.positions:
        assert each.shares >= 1
        assert each.value_usd + each.cost_usd <= capital * weights[each.symbol] * (1 + 1e-12) + 1e-9
        assert each.cost_usd >= each.value_usd * cost_bps / 1e4 * (1 - 1e-12)
        one_more = (each.shares + 1) * prices[each.symbol] * (1 + cost_bps / 1e4)
        assert one_more + 0.02 + 0.01 > capital * weights[each.symbol]
    held = [target.symbol for target in best_first(targets)]
    assert sorted(held) == sorted([each.symbol for each in sizing.positions] + [*sizing.dropped, *sizing.too_small])


def test_whole_shares_and_costs_of_a_worked_example() -> None:
    targets = (Target(symbol="MSFT", weight=0.5, score=0.6), Target(symbol="IBM", weight=0.5, score=0.55))
    sizing = size_positions(targets, {"MSFT": 27.95, "IBM": 202.91}, capital_usd=50_000, cost_bps=6)
    assert [(each.symbol, each.shares) for each in sizing.positions] == [("MSFT", 893), ("IBM", 123)]
    assert sizing.positions[0].value_usd == 24_959.35
    assert sizing.positions[0].cost_usd == 14.98
    assert (sizing.invested_usd, sizing.cost_usd, sizing.cash_usd) == (49_917.28, 29.96, 52.76)


def test_an_exact_fit_without_costs_leaves_no_cash() -> None:
    sizing = size_positions((Target(symbol="A", weight=1, score=1),), {"A": 0.1}, capital_usd=1, cost_bps=0)
    assert (sizing.positions[0].shares, sizing.cash_usd) == (10, 0)


def test_max_positions_keeps_the_best_and_their_weights() -> None:
    targets = tuple(
        Target(symbol=name, weight=0.25, score=score) for name, score in zip("ABCD", (1, 3, 2, 3), strict=True)
    )
    sizing = size_positions(targets, dict.fromkeys("ABCD", 1.0), capital_usd=100, cost_bps=0, max_positions=2)
    assert [(each.symbol, each.shares) for each in sizing.positions] == [("B", 25), ("D", 25)]
    assert sizing.dropped == ("C", "A")
    assert sizing.cash_usd == 50


@pytest.mark.parametrize(
    ("weights", "prices", "capital"),
    [
        ((0.7, 0.7), (1.0, 1.0), 100),
        ((-0.1, 0.5), (1.0, 1.0), 100),
        ((0.5, 0.5), (1.0, 0.0), 100),
        ((0.5, 0.5), (1.0, float("nan")), 100),
        ((0.5, 0.5), (1.0, 1.0), 0),
        ((0.5, 0.5), (1.0, 1.0), float("inf")),
    ],
)
def test_what_cannot_be_sized_is_refused(
    weights: tuple[float, ...], prices: tuple[float, ...], capital: float
) -> None:
    targets = tuple(
        Target(symbol=name, weight=weight, score=0.5) for name, weight in zip("AB", weights, strict=True)
    )
    with pytest.raises(BadRequest) as refusal:
        size_positions(targets, dict(zip("AB", prices, strict=True)), capital_usd=capital, cost_bps=0)
    assert refusal.value.hint
