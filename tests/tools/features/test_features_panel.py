"""Panels, and the labels made from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.features.label import forward_return, up_down
from tools.features.panel import FIELDS, Panel
from tools.kernel.errors import NoData


def _long(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["symbol", "ts", "close"])
    prices = dict.fromkeys(FIELDS, frame["close"])
    return frame.assign(**prices, ts=pd.to_datetime(frame["ts"]), source="x")


def test_pivots_in_the_order_given_and_leaves_holes() -> None:
    long = _long([("B", "2020-01-03", 3), ("A", "2020-01-02", 1), ("B", "2020-01-02", 2), ("C", "2020-01-06", 9)])
    panel = Panel.from_bars(long, ["B", "A"])
    assert panel.symbols == ("B", "A")
    assert panel.sessions.name == "ts"
    assert list(panel.sessions) == [pd.Timestamp("2020-01-02"), pd.Timestamp("2020-01-03")]
    np.testing.assert_array_equal(panel.close, [[2, 1], [3, np.nan]])
    assert all(getattr(panel, field).to_numpy().dtype == float for field in FIELDS)


def test_accepts_string_dtypes_and_aware_time() -> None:
    long = _long([("A", "2020-01-02", 1)])
    long = long.assign(symbol=long["symbol"].astype("category"), ts=long["ts"].dt.tz_localize("America/New_York"))
    assert Panel.from_bars(long, ["A"]).sessions[0] == pd.Timestamp("2020-01-02 05:00")


def test_missing_symbols_are_named_with_the_call_that_helps() -> None:
    with pytest.raises(NoData, match="GOOG") as caught:
        Panel.from_bars(_long([("A", "2020-01-02", 1)]), ["A", "GOOG"])
    assert caught.value.suggestion is not None
    assert caught.value.suggestion.args == {"symbols": ["GOOG"]}
    with pytest.raises(NoData, match="empty list"):
        Panel.from_bars(_long([("A", "2020-01-02", 1)]), [])


def test_two_bars_at_one_time_are_refused() -> None:
    with pytest.raises(ValueError, match="two bars at one time"):
        Panel.from_bars(_long([("A", "2020-01-02", 1), ("A", "2020-01-02", 2)]), ["A"])


def test_labels_that_do_not_line_up_are_refused() -> None:
    panel = Panel.from_bars(_long([("A", "2020-01-02", 1), ("A", "2020-01-03", 2)]), ["A"])
    with pytest.raises(ValueError, match="open"):
        Panel(panel.open.iloc[1:], panel.high, panel.low, panel.close, panel.volume)
    backwards = [getattr(panel, field).iloc[::-1] for field in FIELDS]
    with pytest.raises(ValueError, match="rise"):
        Panel(*backwards)


def test_until_keeps_the_named_bar_and_what_came_before() -> None:
    panel = Panel.from_bars(_long([("A", f"2020-01-0{day}", day) for day in range(1, 6)]), ["A"])
    assert list(panel.until(pd.Timestamp("2020-01-03")).close["A"]) == [1, 2, 3]
    assert list(panel.until(pd.Timestamp("2020-01-03 12:00")).volume["A"]) == [1, 2, 3]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(1, 1000), min_size=3, max_size=40),
    st.integers(1, 10),
)
def test_the_label_is_what_a_fill_at_the_next_open_earns(opens: list[float], horizon: int) -> None:
    index = pd.date_range("2020-01-01", periods=len(opens), name="ts")
    frame = pd.DataFrame({"A": opens}, index=index)
    panel = Panel(frame, frame, frame, frame, frame)
    forward, label = forward_return(panel, horizon)["A"], up_down(panel, horizon)["A"]
    for t in range(len(opens)):
        if t + 1 + horizon < len(opens):
            earned = opens[t + 1 + horizon] / opens[t + 1] - 1
            assert forward.iloc[t] == pytest.approx(earned, abs=1e-12)
            assert label.iloc[t] == float(forward.iloc[t] > 0)
        else:
            assert np.isnan(forward.iloc[t])
            assert np.isnan(label.iloc[t])


def test_the_label_is_unknown_where_a_bar_is_missing() -> None:
    opens = pd.DataFrame({"A": [1.0, np.nan, 3.0, 4.0]}, index=pd.date_range("2020-01-01", periods=4, name="ts"))
    label = up_down(Panel(opens, opens, opens, opens, opens), 1)["A"]
    np.testing.assert_array_equal(label, [np.nan, 1.0, np.nan, np.nan])
    with pytest.raises(ValueError, match="at least 1"):
        forward_return(Panel(opens, opens, opens, opens, opens), 0)
