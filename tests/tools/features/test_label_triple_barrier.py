"""The triple barrier against a straight-line walk along each trade."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_market import market

from tools.features.label import forward_return
from tools.features.panel import Panel
from tools.features.triple_barrier import trailing_volatility, triple_barrier
from tools.features.uniqueness import Uniqueness


@dataclass(frozen=True)
class _Trade:
    side: float
    outcome: float
    span: float


def _walk(bars: pd.DataFrame, at: int, horizon: int, *, gain: float, loss: float, window: int) -> _Trade | None:
    """Follow the trade decided at the close of bar `at` of one symbol, price by price."""
    if at + 1 + horizon >= len(bars):
        return None
    entry, last = bars["open"].iloc[at + 1], bars["open"].iloc[at + 1 + horizon]
    closes = bars["close"].iloc[max(0, at - window) : at + 1].to_numpy()
    returns = [new / old - 1 for old, new in pairwise(closes)]
    returns = [value for value in returns if not np.isnan(value)]
    if np.isnan(entry) or np.isnan(last) or len(returns) < max(2, window // 2):
        return None
    mean = sum(returns) / len(returns)
    deviation = (sum((value - mean) ** 2 for value in returns) / (len(returns) - 1)) ** 0.5 * horizon**0.5
    upper, lower = entry * (1 + gain * deviation), entry * (1 - loss * deviation)
    for after in range(1, horizon + 1):
        bar = bars.iloc[at + after]
        if bar["open"] >= upper or bar["open"] <= lower:
            return _Trade(1 if bar["open"] >= upper else -1, bar["open"] / entry - 1, after)
        if bar["low"] <= lower:
            return _Trade(-1, lower / entry - 1, after)
        if bar["high"] >= upper:
            return _Trade(1, upper / entry - 1, after)
    return _Trade(0, last / entry - 1, horizon)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    horizon=st.integers(1, 12),
    gain=st.floats(0.1, 3),
    loss=st.floats(0.1, 3),
    window=st.integers(2, 20),
)
def test_agrees_with_a_walk_along_every_trade(
    seed: int, horizon: int, gain: float, loss: float, window: int
) -> None:
    panel = market(seed, bars=50, symbols=2)
    found = triple_barrier(panel, horizon, gain=gain, loss=loss, window=window)
    for symbol in panel.symbols:
        bars = pd.DataFrame({field: getattr(panel, field)[symbol] for field in ("open", "high", "low", "close")})
        for at in range(len(bars)):
            trade = _walk(bars, at, horizon, gain=gain, loss=loss, window=window)
            label = [frame[symbol].iloc[at] for frame in (found.side, found.outcome, found.spans)]
            if trade is None:
                assert np.isnan(label).all()
            else:
                np.testing.assert_allclose(label, [trade.side, trade.outcome, trade.span], rtol=1e-9, atol=1e-12)


def _flat(bars: int = 30) -> dict[str, pd.DataFrame]:
    """Return one symbol that swings between 99 and 101 at the close and opens at 100."""
    index = pd.date_range("2020-01-06", periods=bars, freq="B", name="ts")
    close = pd.DataFrame({"A": np.where(np.arange(bars) % 2, 101.0, 99.0)}, index)
    return {
        "open": close * 0 + 100,
        "high": close * 0 + 101,
        "low": close * 0 + 99,
        "close": close,
        "volume": close,
    }


def test_a_bar_that_reaches_both_barriers_is_a_loss() -> None:
    fields = _flat()
    fields["high"].iloc[22], fields["low"].iloc[22] = 130.0, 70.0
    found = triple_barrier(Panel(**fields), 4)
    assert found.side["A"].iloc[20] == -1
    assert found.spans["A"].iloc[20] == 2
    width = trailing_volatility(Panel(**fields))["A"].iloc[20] * 2
    assert found.outcome["A"].iloc[20] == pytest.approx(-width)


def test_an_open_beyond_a_barrier_is_the_exit() -> None:
    fields = _flat()
    for field in ("open", "high", "low"):
        fields[field].iloc[22] = 130.0
    fields["low"].iloc[22] = 60.0
    found = triple_barrier(Panel(**fields), 4)
    assert (found.side["A"].iloc[20], found.outcome["A"].iloc[20]) == (1, pytest.approx(0.3))


def test_neither_barrier_ends_at_the_open_after_the_horizon() -> None:
    panel = market(3, holes=0.0)
    far = triple_barrier(panel, 5, gain=50, loss=50)
    known = far.outcome.notna()
    assert known.any(axis=None)
    pd.testing.assert_frame_equal(far.outcome, forward_return(panel, 5).where(known))
    assert far.side.where(known, 0).eq(0).all(axis=None)
    assert far.spans.where(known, 5).eq(5).all(axis=None)
    pd.testing.assert_frame_equal(far.up, (far.outcome > 0).astype(float).where(known))


def test_labels_look_no_further_than_their_purge() -> None:
    panel = market(4)
    whole = triple_barrier(panel, 5)
    cut = triple_barrier(panel.until(panel.sessions[59]), 5)
    settled = panel.sessions[60 - 6]
    for name in ("side", "outcome", "spans"):
        early = getattr(cut, name)
        assert early.loc[settled:].isna().all(axis=None)
        before = early.index < settled
        pd.testing.assert_frame_equal(
            early[before], getattr(whole, name).loc[early.index][before], check_exact=True
        )


def test_spans_feed_the_weights() -> None:
    panel = market(5)
    found = triple_barrier(panel, 5)
    weights = Uniqueness(found.spans)(panel.sessions)
    assert weights.notna().equals(found.side.notna())


def test_bad_arguments_are_bugs() -> None:
    panel = market(0)
    for wrong in ({"gain": 0.0}, {"loss": -1.0}, {"window": 1}):
        with pytest.raises(ValueError, match="above 0"):
            triple_barrier(panel, 5, **wrong)
    with pytest.raises(ValueError, match="horizon_days"):
        triple_barrier(panel, 0)
