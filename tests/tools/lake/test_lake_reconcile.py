"""Two sources of one series against each other."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lake_frames import NO_ACTIONS, make_bars

from tools.kernel.paths import Workspace
from tools.lake.reconcile import Agreement, compare, reconcile
from tools.lake.store import open_lake


def agreement(left: pd.DataFrame, right: pd.DataFrame, tolerance: float = 0.001) -> Agreement:
    return compare(left, right, symbol="IBM", interval="1d", sources=("a", "b"), tolerance=tolerance)


def test_equal_series_agree() -> None:
    bars = make_bars("IBM", 6)
    found = agreement(bars.iloc[:5], bars.iloc[2:])
    assert (found.bars, found.only_left, found.only_right, found.beyond) == (3, 2, 1, ())
    assert all(worst.difference == 0 for worst in found.worst)


def test_a_difference_is_found_where_it_is() -> None:
    left, right = make_bars("IBM", 5), make_bars("IBM", 5)
    right.loc[3, "close"] *= 1.002
    right.loc[1, "open"] *= 1.0005  # within the tolerance
    right["volume"] *= 7
    found = agreement(left, right)
    worst = {each.field: each for each in found.worst}
    assert found.beyond == (left.loc[3, "ts"],)
    assert worst["close"].difference == pytest.approx(0.002 / 1.002)
    assert (worst["close"].left, worst["close"].right) == (left.loc[3, "close"], right.loc[3, "close"])
    assert worst["open"].ts == left.loc[1, "ts"]
    assert worst["high"].difference == 0


def test_without_a_common_bar_there_is_nothing_to_say() -> None:
    found = agreement(make_bars("IBM", 3), make_bars("IBM", 3, start="2021-01-01"))
    assert (found.bars, found.worst, found.beyond) == (0, (), ())


def test_a_source_of_closes_only_is_compared_by_them() -> None:
    left, right = make_bars("IBM", 5), make_bars("IBM", 5)
    right[["open", "high", "low", "volume"]] = float("nan")
    found = agreement(left, right)
    assert [(each.field, each.difference) for each in found.worst] == [("close", 0)]
    assert found.beyond == ()


@given(factor=st.floats(0.5, 2), tolerance=st.floats(1e-6, 0.5))
def test_it_does_not_matter_which_source_comes_first(factor: float, tolerance: float) -> None:
    left, right = make_bars("IBM", 4), make_bars("IBM", 4)
    right.loc[2, "low"] *= factor
    one, other = agreement(left, right, tolerance), agreement(right, left, tolerance)
    assert one.beyond == other.beyond
    assert [each.difference for each in one.worst] == [each.difference for each in other.worst]


def test_the_sources_of_the_lake(workspace: Workspace) -> None:
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("IBM", 5), NO_ACTIONS, message="one")
        assert reconcile(lake, "IBM") == []
        for source in ("yahoo", "files"):
            lake.write_bars(make_bars("IBM", 4, source=source), NO_ACTIONS, message="more")
        found = [(each.left, each.right, each.bars) for each in reconcile(lake, "IBM")]
        assert found == [("files", "sample", 4), ("files", "yahoo", 4), ("sample", "yahoo", 4)]
