"""What changed between two snapshots."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lake_frames import NO_ACTIONS, make_action, make_bars

from tools.kernel.errors import BadRequest, NoData
from tools.kernel.paths import Workspace
from tools.lake.diff import Changed, compare, diff
from tools.lake.store import open_lake


def test_new_and_restated_rows_between_snapshots(workspace: Workspace) -> None:
    bars = make_bars("IBM", 5)
    restated = bars.copy()
    restated.loc[2, "close"] += 1
    with open_lake(workspace) as lake:
        first = lake.write_bars(bars, NO_ACTIONS, message="first").snapshot_id
        second = lake.write_bars(
            pd.concat([restated, make_bars("AAPL", 2)]),
            make_action("IBM", "2020-01-03", "dividend", 0.5),
            message="x",
        ).snapshot_id
        found = diff(lake)
        assert (found.before, found.after) == (first, second)
        assert found.changed == (
            Changed("bars", "AAPL", 2, 0, 0),
            Changed("bars", "IBM", 0, 1, 0),
            Changed("actions", "IBM", 1, 0, 0),
        )
        (change,) = found.restated
        assert (change.field, change.old, change.new) == ("close", bars.loc[2, "close"], restated.loc[2, "close"])
        assert change.ts == bars.loc[2, "ts"]
        assert diff(lake, symbols=["AAPL"]).changed == (Changed("bars", "AAPL", 2, 0, 0),)
        assert diff(lake, before=first, after=first).changed == ()
        assert diff(lake, before=1, after=second).changed[1] == Changed("bars", "IBM", 5, 0, 0)


def test_a_value_changed_and_changed_back_is_no_difference(workspace: Workspace) -> None:
    bars = make_bars("IBM", 3)
    other = bars.assign(close=bars["close"] * 1.001)
    with open_lake(workspace) as lake:
        first = lake.write_bars(bars, NO_ACTIONS, message="a").snapshot_id
        lake.write_bars(other, NO_ACTIONS, message="b")
        lake.write_bars(bars, NO_ACTIONS, message="c")
        assert diff(lake, before=first).changed == ()
        assert diff(lake, limit=2).truncated


def test_snapshots_that_do_not_exist_or_are_the_wrong_way_round(workspace: Workspace) -> None:
    with open_lake(workspace) as lake:
        last = lake.write_bars(make_bars("IBM", 3), NO_ACTIONS, message="a").snapshot_id
        with pytest.raises(BadRequest, match="99"):
            diff(lake, before=99)
        with pytest.raises(BadRequest, match="before"):
            diff(lake, before=last, after=1)
        with pytest.raises(NoData):
            diff(lake, before=datetime(1999, 1, 1, tzinfo=UTC))


DAYS = st.sets(st.integers(0, 7))


@given(old=DAYS, new=DAYS, moved=DAYS)
def test_counts_add_up(old: set[int], new: set[int], moved: set[int]) -> None:
    bars = make_bars("IBM", 8)
    later = bars.assign(close=bars["close"] + [float(day in moved) for day in range(8)])
    changed, restated = compare("bars", bars.iloc[sorted(old)], later.iloc[sorted(new)])
    expected = Changed("bars", "IBM", len(new - old), len(old & new & moved), len(old - new))
    assert changed == ([expected] if any(expected[2:]) else [])
    assert len(restated) == expected.restated
