"""Adjustment factors: worked examples and invariants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lake_frames import NO_ACTIONS, make_action, make_bars

from tools.kernel.errors import BadRequest
from tools.lake.adjust import adjusted


def bars_of(*closes: float) -> pd.DataFrame:
    bars = make_bars("A", len(closes))
    for column in ("open", "high", "low", "close"):
        bars[column] = closes
    return bars


def test_split_halves_prices_and_doubles_volume_before_it():
    out = adjusted(bars_of(100, 102, 51, 52), make_action("A", "2020-01-03", "split", 2.0), "split")
    assert list(out["close"]) == [50, 51, 51, 52]
    assert list(out["open"]) == [50, 51, 51, 52]
    assert list(out["volume"]) == [2000, 2000, 1000, 1000]
    assert list(out["close_raw"]) == [100, 102, 51, 52]


def test_dividend_scales_prices_before_it_and_not_volume():
    out = adjusted(bars_of(100, 100, 98, 99), make_action("A", "2020-01-03", "dividend", 2.0), "total")
    assert list(out["close"]) == [98, 98, 98, 99]
    assert list(out["volume"]) == [1000] * 4


def test_dividend_and_split_on_one_day_use_new_shares():
    actions = pd.concat(
        [make_action("A", "2020-01-02", "split", 2.0), make_action("A", "2020-01-02", "dividend", 1.0)]
    )
    out = adjusted(bars_of(100, 49), actions, "total")
    assert out["close"][0] == pytest.approx(100 / 2 * (1 - 1 / 50))


def test_ex_date_without_a_bar_applies_at_the_next():
    bars = bars_of(100, 100, 50).drop(index=1).reset_index(drop=True)
    out = adjusted(bars, make_action("A", "2020-01-02", "split", 2.0), "total")
    assert list(out["close"]) == [50, 50]


@pytest.mark.parametrize("when", ["2019-06-01", "2020-01-01", "2020-01-05"])
def test_actions_outside_the_bars_do_not_count(when):
    bars = bars_of(100, 100, 100, 100)
    assert adjusted(bars, make_action("A", when, "split", 2.0), "total")["close"].eq(100).all()


def test_modes():
    actions = pd.concat(
        [make_action("A", "2020-01-02", "split", 2.0), make_action("A", "2020-01-03", "dividend", 5.0)]
    )
    bars = bars_of(100, 50, 45)
    assert list(adjusted(bars, actions, "none")["close"]) == [100, 50, 45]
    assert list(adjusted(bars, actions, "split")["close"]) == [50, 50, 45]
    assert list(adjusted(bars, actions, "total")["close"]) == [45, 45, 45]
    assert list(bars["close"]) == [100, 50, 45]


def test_dividend_above_the_price_is_refused():
    with pytest.raises(BadRequest, match="A: the dividend of 2020-01-02"):
        adjusted(bars_of(1, 1), make_action("A", "2020-01-02", "dividend", 1.0), "total")


def test_symbols_do_not_touch_each_other():
    both = pd.concat([make_bars("A"), make_bars("B")]).sort_values(["ts", "symbol"]).reset_index(drop=True)
    out = adjusted(both, make_action("A", "2020-01-03", "split", 2.0), "total")
    other = out["symbol"] == "B"
    assert out.loc[other, "close"].equals(both.loc[other, "close"])


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    splits=st.lists(st.tuples(st.integers(1, 29), st.sampled_from([0.1, 1.5, 2.0, 3.0])), max_size=3),
    cash=st.lists(st.tuples(st.integers(1, 29), st.floats(0.01, 2.0)), max_size=4),
)
def test_adjusted_returns_are_what_a_holder_earned(seed, splits, cash):
    """With dividends reinvested at the adjusted rate, one share grows by the adjusted return, whatever happens."""
    bars = make_bars("A", 30, seed=seed)
    days = [str(ts.date()) for ts in bars["ts"]]
    ratio, paid = np.ones(30), np.zeros(30)
    rows = [NO_ACTIONS]
    for day, value in dict(splits).items():
        ratio[day] = value
        rows.append(make_action("A", days[day], "split", value))
    for day, value in dict(cash).items():
        paid[day] = value
        rows.append(make_action("A", days[day], "dividend", value))
    out = adjusted(bars, pd.concat(rows), "total")["close"].to_numpy()
    raw = bars["close"].to_numpy()
    before = raw[:-1] / ratio[1:]
    assert np.allclose(out[1:] / out[:-1], raw[1:] / (before - paid[1:]))
    assert out[-1] == raw[-1]


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(2, 29), day=st.integers(1, 29))
def test_returns_do_not_depend_on_later_bars(cut, day):
    bars = make_bars("A", 30)
    action = make_action("A", str(bars["ts"][day].date()), "split", 2.0)
    whole = adjusted(bars, action, "total")["close"][:cut].pct_change().dropna()
    part = adjusted(bars[:cut], action, "total")["close"].pct_change().dropna()
    assert np.allclose(whole, part)
