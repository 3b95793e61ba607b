"""Average uniqueness against counting by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_market import market

from tools.features.label import forward_return
from tools.features.uniqueness import Uniqueness, average_uniqueness, constant_spans


def _spans(seed: int, bars: int = 40, symbols: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    room = bars - 1 - np.arange(bars)[:, None]
    lengths = np.minimum(rng.integers(1, 9, (bars, symbols)), room).astype(float)
    lengths[(room[:, 0] < 1) | (rng.random(bars) < 0.2)] = np.nan
    lengths[rng.random((bars, symbols)) < 0.2] = np.nan
    return pd.DataFrame(lengths, index=pd.date_range("2020-01-06", periods=bars, freq="B"))


def _counted(spans: pd.DataFrame) -> pd.DataFrame:
    result = spans * np.nan
    for column in spans:
        held = {at: range(at + 1, at + 1 + int(s)) for at, s in enumerate(spans[column]) if not np.isnan(s)}
        for at, bars in held.items():
            shares = [1 / sum(bar in other for other in held.values()) for bar in bars]
            result.loc[spans.index[at], column] = sum(shares) / len(shares)
    return result


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_agrees_with_counting(seed: int) -> None:
    spans = _spans(seed)
    pd.testing.assert_frame_equal(average_uniqueness(spans), _counted(spans))


def test_labels_that_do_not_overlap_are_unique() -> None:
    spans = pd.DataFrame({"A": [3.0, np.nan, np.nan, 3.0, np.nan, np.nan, np.nan], "B": [1.0] * 6 + [np.nan]})
    weights = average_uniqueness(spans)
    assert weights["A"].dropna().tolist() == [1.0, 1.0]
    assert weights["B"].dropna().tolist() == [1.0] * 6


def test_a_fixed_horizon_shares_every_return_among_its_labels() -> None:
    panel = market(1, holes=0.0)
    label = forward_return(panel, 5)
    weights = average_uniqueness(constant_spans(label, 5))
    assert weights.notna().equals(label.notna())
    inner = weights["S1"].iloc[10:-20]
    assert inner.to_numpy() == pytest.approx(0.2)
    assert weights["S1"].iloc[0] == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5) / 5)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), start=st.integers(0, 15), stop=st.integers(20, 39))
def test_weights_depend_on_the_sessions_asked_for_and_no_others(seed: int, start: int, stop: int) -> None:
    spans = _spans(seed)
    sessions = spans.index[start:stop]
    weights = Uniqueness(spans)(sessions)
    assert weights.index.equals(sessions)
    others = spans.copy()
    others.iloc[:start] = 1.0
    others.iloc[stop:-1] = 1.0
    pd.testing.assert_frame_equal(Uniqueness(others)(sessions), weights)
    alone = spans.copy()
    alone.iloc[:start] = np.nan
    alone.iloc[stop:] = np.nan
    pd.testing.assert_frame_equal(weights, _counted(alone).loc[sessions])


def test_impossible_spans_are_bugs() -> None:
    for wrong in ([0.0, np.nan, np.nan], [1.5, np.nan, np.nan], [3.0, np.nan, np.nan]):
        with pytest.raises(ValueError, match="whole number of bars"):
            average_uniqueness(pd.DataFrame({"A": wrong}))
