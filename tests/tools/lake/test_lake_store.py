"""The lake keeps every past state, writes only differences, and reads as of any moment."""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lake_frames import NO_ACTIONS, make_action, make_bars

from tools.kernel.errors import BadRequest, NoData
from tools.kernel.paths import Workspace
from tools.lake.coverage import Choice
from tools.lake.store import lake_symbols, open_lake
from tools.lake.upsert import Change


def test_no_lake_has_no_symbols_and_is_not_made(tmp_path):
    workspace = Workspace(tmp_path / "none")
    assert lake_symbols(workspace) == ()
    assert not workspace.root.exists()


def test_first_write_then_same_again_then_restated(workspace):
    bars = pd.concat([make_bars("AAPL"), make_bars("^GSPC")])
    with open_lake(workspace) as lake:
        empty = lake.snapshot_id()
        first = lake.write_bars(bars, NO_ACTIONS, message="first")
        assert first.snapshot_id == empty + 1
        assert first.bars == {"AAPL": Change(5, 0), "^GSPC": Change(5, 0)}
        again = lake.write_bars(bars, NO_ACTIONS, message="again")
        assert (again.snapshot_id, again.new_rows, again.changed_rows) == (first.snapshot_id, 0, 0)
        bars.loc[(bars["symbol"] == "AAPL") & (bars["ts"] == "2020-01-02"), "close"] = 101.5
        third = lake.write_bars(bars, NO_ACTIONS, message="third")
        assert third.bars["AAPL"] == Change(0, 1)
        assert [snapshot.message for snapshot in lake.snapshots()] == ["empty lake", "first", "third"]
        before = lake.bars(["AAPL"], as_of=first.snapshot_id)
        assert before["close"][1] != 101.5
        assert lake.bars(["AAPL"])["close"][1] == 101.5
    assert lake_symbols(workspace) == ("AAPL", "^GSPC")


def test_as_of_a_moment(workspace):
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("AAPL", 3), NO_ACTIONS, message="three")
        moment = lake.snapshots()[-1].time
        lake.write_bars(make_bars("AAPL", 5), NO_ACTIONS, message="five")
        assert len(lake.bars(["AAPL"], as_of=moment)) == 3
        assert len(lake.bars(["AAPL"], as_of=moment.replace(tzinfo=None))) == 3
        assert len(lake.bars(["AAPL"], as_of=datetime.now(UTC) + timedelta(days=1))) == 5
        with pytest.raises(NoData, match="held nothing"):
            lake.bars(["AAPL"], as_of=datetime(2000, 1, 1, tzinfo=UTC))
        with pytest.raises(NoData, match="no 1d bars of AAPL"):
            lake.bars(["AAPL"], as_of=lake.snapshots()[0].id)
        with pytest.raises(BadRequest, match="no snapshot 99"):
            lake.bars(["AAPL"], as_of=99)


def test_shape_order_and_range(workspace):
    with open_lake(workspace) as lake:
        lake.write_bars(pd.concat([make_bars("MSFT"), make_bars("AAPL")]), NO_ACTIONS, message="x")
        frame = lake.bars(["MSFT", "AAPL"], start=date(2020, 1, 2), end=date(2020, 1, 3))
    assert list(frame.columns) == ["symbol", "ts", "open", "high", "low", "close", "volume", "close_raw"]
    assert list(frame["symbol"]) == ["AAPL"] * 2 + ["MSFT"] * 2
    assert [str(ts.date()) for ts in frame["ts"]] == ["2020-01-02", "2020-01-03"] * 2
    assert str(frame["ts"].dtype) == "datetime64[us]"


def test_missing_data_names_what_would_help(workspace):
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("AAPL"), NO_ACTIONS, message="x")
        with pytest.raises(NoData, match="IBM") as absent:
            lake.bars(["AAPL", "IBM"])
        assert absent.value.suggestion is not None
        assert absent.value.suggestion.args == {"symbols": ["IBM"]}
        with pytest.raises(NoData, match="from 2021-01-01 to the end") as late:
            lake.bars(["AAPL"], start=date(2021, 1, 1))
        assert late.value.hint == "The lake has 2020-01-01 to 2020-01-05."
        with pytest.raises(BadRequest, match="before the start"):
            lake.bars(["AAPL"], start=date(2021, 1, 1), end=date(2020, 1, 1))
        with pytest.raises(BadRequest, match="No symbol"):
            lake.bars([])


def test_sources_are_never_mixed(workspace):
    """The source that reaches furthest is read, then the one with most rows, then by name; or the one asked for."""
    one, other = make_bars("AAPL"), make_bars("AAPL", 6, seed=1, source="other")
    with open_lake(workspace) as lake:
        lake.write_bars(pd.concat([one, make_bars("IBM")]), NO_ACTIONS, message="one")
        lake.write_bars(other.tail(3), make_action("AAPL", "2020-01-05", "split", 2.0), message="two")
        assert lake.sources(["AAPL", "IBM", "MSFT"]) == {
            "AAPL": Choice("other", ("sample",)),
            "IBM": Choice("sample"),
        }
        both = lake.bars(["AAPL", "IBM"])
        assert list(both[both["symbol"] == "AAPL"]["close"]) == list(other.tail(3)["close"])
        assert list(lake.bars(["AAPL"], source="sample", adjust="none")["close"]) == list(one["close"])
        assert lake.bars(["AAPL"], source="sample")["close"][0] == one["close"][0] / 2
        assert lake.sources(["AAPL"], as_of=lake.snapshot_id() - 1) == {"AAPL": Choice("sample")}
        with pytest.raises(NoData, match="no 1d bars of IBM from other"):
            lake.bars(["IBM"], source="other")


def test_of_sources_that_reach_as_far_the_longer_counts_then_the_name(workspace):
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("A", source="b"), NO_ACTIONS, message="one")
        lake.write_bars(make_bars("A", source="a").tail(4), NO_ACTIONS, message="two")
        assert lake.sources(["A"]) == {"A": Choice("b", ("a",))}
        lake.write_bars(make_bars("A", source="a"), NO_ACTIONS, message="three")
        assert lake.sources(["A"]) == {"A": Choice("a", ("b",))}


def test_actions_travel_through_time_with_bars(workspace):
    with open_lake(workspace) as lake:
        before = lake.write_bars(make_bars("AAPL"), NO_ACTIONS, message="bars").snapshot_id
        lake.write_bars(make_bars("AAPL"), make_action("AAPL", "2020-01-03", "split", 2.0), message="split")
        raw = lake.bars(["AAPL"], adjust="none")["close"]
        assert list(lake.bars(["AAPL"], as_of=before)["close"]) == list(raw)
        assert list(lake.bars(["AAPL"])["close"][:2]) == list(raw[:2] / 2)
        assert list(lake.bars(["AAPL"], end=date(2020, 1, 2))["close"]) == list(raw[:2])


def test_inventory(workspace):
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("IBM", 3), NO_ACTIONS, message="x")
        lake.write_bars(make_bars("AAPL", 4), NO_ACTIONS, message="y")
        times = [snapshot.time for snapshot in lake.snapshots()]
        aapl, ibm = lake.inventory()
    assert (aapl.symbol, aapl.rows, aapl.written_at, aapl.last) == ("AAPL", 4, times[2], datetime(2020, 1, 4))  # noqa: DTZ001
    assert (ibm.symbol, ibm.rows, ibm.written_at, ibm.source) == ("IBM", 3, times[1], "sample")


def test_opening_again_in_the_same_thread_is_the_same_lake(workspace):
    with open_lake(workspace) as outer, open_lake(workspace) as inner:
        assert inner is outer


def test_threads_take_turns(workspace):
    counts: list[int] = []

    def write(number: int) -> None:
        with open_lake(workspace) as lake:
            lake.write_bars(make_bars(f"S{number}"), NO_ACTIONS, message="x")
            counts.append(len(lake.inventory()))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [1, 2, 3, 4]


def test_a_workspace_may_be_moved(workspace, tmp_path):
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("AAPL"), NO_ACTIONS, message="x")
    shutil.move(workspace.root, tmp_path / "elsewhere")
    moved = Workspace(tmp_path / "elsewhere")
    with open_lake(moved) as lake:
        assert len(lake.bars(["AAPL"])) == 5
        lake.write_bars(make_bars("IBM"), NO_ACTIONS, message="y")
    assert not workspace.root.exists()


@pytest.mark.parametrize(
    "frame", [make_bars("A").drop(columns="close"), pd.concat([make_bars("A"), make_bars("A")])]
)
def test_malformed_frames_are_refused(workspace, frame):
    with open_lake(workspace) as lake, pytest.raises(ValueError, match=r"missing columns|unique"):
        lake.write_bars(frame, NO_ACTIONS, message="x")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return Workspace(tmp_path_factory.mktemp("shared"))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=1, max_size=4),
    name=st.uuids().map(lambda each: f"S{each.hex[:12]}"),
)
def test_any_order_and_overlap_of_writes_gives_the_union(shared, parts, name):
    whole = make_bars(name, 60)
    expected = whole.iloc[sorted({row for start, length in parts for row in range(start, start + length)})]
    with open_lake(shared) as lake:
        new = sum(
            lake.write_bars(whole.iloc[start : start + length], NO_ACTIONS, message="part").new_rows
            for start, length in parts
        )
        held = lake.bars([name], adjust="none")
    assert new == len(expected)
    assert list(held["ts"]) == list(expected["ts"])
    assert list(held["close"]) == list(expected["close"])
