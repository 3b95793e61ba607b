"""Keeping the lake: verify, export, purge, compact."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from lake_frames import NO_ACTIONS, make_action, make_bars

from tools.kernel.errors import BadRequest, NoData, WorkspaceError
from tools.kernel.paths import Workspace
from tools.lake.compact import compact, to_expire
from tools.lake.coverage import Snapshot
from tools.lake.export import export_bars
from tools.lake.purge import Selection, count, purge
from tools.lake.store import Lake, lake_symbols, open_lake
from tools.lake.verify import RowFault, named_files, verify

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def fill(lake: Lake) -> None:
    """Write three loads of IBM and one of AAPL, in four snapshots."""
    for year in (2018, 2019, 2020):
        lake.write_bars(make_bars("IBM", 200, start=f"{year}-01-01", seed=year), NO_ACTIONS, message=f"IBM {year}")
    lake.write_bars(make_bars("AAPL", 50), make_action("AAPL", "2020-01-05", "split", 2.0), message="AAPL")


def state(lake: Lake, version: int) -> pd.DataFrame:
    return lake.read(f"SELECT * FROM lake.bars AT (VERSION => {version}) ORDER BY symbol, ts")


def test_a_whole_lake_verifies(workspace: Workspace) -> None:
    with open_lake(workspace) as lake:
        fill(lake)
        found = verify(lake)
    assert found.ok
    assert (found.rows["bars"], found.rows["actions"]) == (650, 1)
    assert found.files >= 5
    assert found.size_bytes > 0


@pytest.mark.parametrize(
    ("damage", "says"), [("remove", "missing"), ("cut", "bytes"), ("overwrite", "cannot be read")]
)
def test_a_damaged_file_is_named(workspace: Workspace, damage: str, says: str) -> None:
    with open_lake(workspace) as lake:
        fill(lake)
        path = Path(named_files(lake)[0].place)
        content = path.read_bytes()
        path.unlink()
        if damage == "cut":
            path.write_bytes(content[:-10])
        elif damage == "overwrite":
            path.write_bytes(b"\0" * len(content))
        found = verify(lake)
    assert not found.ok
    ((place, problem),) = found.file_faults
    assert place == str(path)
    assert says in problem


def test_rows_that_break_their_contract_are_counted(workspace: Workspace) -> None:
    odd = make_bars("IBM", 6)
    odd.loc[0, "close"] = -1
    odd.loc[1, "high"] = odd.loc[1, "low"] * 0.9
    odd.loc[2, "volume"] = float("nan")
    odd.loc[3, ["open", "high", "low", "volume"]] = float("nan")  # closes only are fine
    odd.loc[4, "ts"] += timedelta(hours=5)
    with open_lake(workspace) as lake:
        lake.write_bars(odd, NO_ACTIONS, message="past every check")
        with lake.writer() as conn:
            conn.execute("INSERT INTO lake.bars SELECT * FROM lake.bars WHERE ts = '2020-01-06'")
        faults = verify(lake).row_faults
    assert {(fault.reason, fault.rows) for fault in faults} >= {
        ("the key is not unique", 1),
        ("a price is not positive and finite", 1),
        ("the high is below another price", 1),
        ("a price is missing", 1),
        ("a daily bar is not at midnight", 1),
    }
    assert all(isinstance(fault, RowFault) and fault.symbol == "IBM" for fault in faults)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "deep/er/out.CSV"])
def test_export_gives_back_the_rows(workspace: Workspace, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with open_lake(workspace) as lake:
        fill(lake)
        done = export_bars(lake, ["IBM", "AAPL"], path, start=date(2020, 1, 3))
        raw = lake.bars(["IBM", "AAPL"], start=date(2020, 1, 3), adjust="none", sealed=False)
    back = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, parse_dates=["ts"])
    pd.testing.assert_frame_equal(back, raw, check_dtype=False, rtol=1e-15)
    assert (done.rows, done.size_bytes) == (len(raw), path.stat().st_size)


def test_export_as_of_and_adjusted(workspace: Workspace, tmp_path: Path) -> None:
    with open_lake(workspace) as lake:
        fill(lake)
        early = export_bars(lake, ["IBM"], tmp_path / "early.parquet", as_of=2)
        export_bars(lake, ["AAPL"], tmp_path / "split.parquet", adjust="split")
        with pytest.raises(NoData, match="AAPL"):
            export_bars(lake, ["AAPL"], tmp_path / "none.csv", as_of=2)
    assert (early.rows, early.data_snapshot) == (200, 2)
    split = pd.read_parquet(tmp_path / "split.parquet")
    assert (split["close_raw"] / split["close"]).round(9).tolist() == [2.0] * 4 + [1.0] * 46
    assert not (tmp_path / "none.csv").exists()


def test_export_does_not_overwrite_unless_told_to(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("mine")
    with open_lake(workspace) as lake:
        fill(lake)
        with pytest.raises(BadRequest, match="exists"):
            export_bars(lake, ["IBM"], path)
        with pytest.raises(BadRequest, match=r"neither \.csv"):
            export_bars(lake, ["IBM"], tmp_path / "out.xlsx")
        with pytest.raises(WorkspaceError):
            export_bars(lake, ["IBM"], path / "below.csv")
        assert path.read_text() == "mine"
        export_bars(lake, ["IBM"], path, force=True)
    assert path.read_text().startswith("symbol,ts,open")
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".tmp"] == []


def test_purge_removes_a_symbol_and_earlier_states_keep_it(workspace: Workspace) -> None:
    with open_lake(workspace) as lake:
        fill(lake)
        before = lake.snapshot_id()
        assert count(lake, Selection("AAPL")) == {"bars": 50, "actions": 1}
        done = purge(lake, Selection("AAPL"))
        assert done.rows == {"bars": 50, "actions": 1}
        assert done.gone == (("AAPL", "actions", "", "sample"), ("AAPL", "bars", "1d", "sample"))
        assert lake.snapshots()[-1].message == "purge AAPL: 50 of bars, 1 of actions"
        assert len(lake.bars(["AAPL"], as_of=before, sealed=False)) == 50
        with pytest.raises(NoData, match="AAPL"):
            lake.bars(["AAPL"])
        with pytest.raises(NoData, match="AAPL"):
            purge(lake, Selection("AAPL"))
        lake.write_bars(make_bars("AAPL", 50), NO_ACTIONS, message="again")
        assert len(lake.bars(["AAPL"], sealed=False)) == 50
    assert lake_symbols(workspace) == ("AAPL", "IBM")


def test_purge_of_a_part(workspace: Workspace) -> None:
    with open_lake(workspace) as lake:
        fill(lake)
        lake.write_bars(make_bars("IBM", 10, source="yahoo"), NO_ACTIONS, message="yahoo")
        assert purge(lake, Selection("IBM", source="yahoo")).rows == {"bars": 10}
        done = purge(lake, Selection("IBM", interval="1d", before=date(2019, 6, 1)))
        assert done.gone == ()
        first = lake.bars(["IBM"])["ts"].min()
        assert first.date() == date(2019, 6, 1)
        assert sum(done.rows.values()) == 200 + 151
        purge(lake, Selection("IBM"))
        assert lake.symbols() == ("AAPL",)
        assert verify(lake).ok


def test_compact_changes_no_state(workspace: Workspace) -> None:
    with open_lake(workspace) as lake:
        fill(lake)
        lake.write_bars(make_bars("IBM", 200, start="2020-01-01", seed=7), NO_ACTIONS, message="restated")
        states = {each.id: state(lake, each.id) for each in lake.snapshots()}
        done = compact(lake, keep_days=None, now=NOW)
        assert done.expired == ()
        assert done.files_after is not None
        assert done.files_before is not None
        assert done.files_after < done.files_before
        for version, before in states.items():
            pd.testing.assert_frame_equal(state(lake, version), before)
        assert lake.snapshots()[-1].message.startswith("compact")
        assert verify(lake).ok
        again = compact(lake, keep_days=None, now=NOW)
        assert again.files_after == done.files_after


def test_compact_lets_old_states_go_and_keeps_the_last(workspace: Workspace) -> None:
    with open_lake(workspace) as lake:
        fill(lake)
        last = lake.snapshot_id()
        rows = state(lake, last)
        (Path(lake.place.files) / "main" / "bars" / "left_by_a_crash.parquet").write_bytes(b"x")
        done = compact(lake, keep_days=1, now=NOW)
        assert done.expired == tuple(range(1, last))
        assert done.oldest.id == last
        pd.testing.assert_frame_equal(state(lake, last), rows)
        assert not list(Path(lake.place.files).rglob("left_by_a_crash.parquet"))
        assert {holding.symbol for holding in lake.inventory()} == {"AAPL", "IBM"}
        with pytest.raises(BadRequest, match="no snapshot 2 any more"):
            lake.bars(["IBM"], as_of=2)
        with pytest.raises(NoData, match="not kept any more"):
            lake.bars(["IBM"], as_of=datetime(2020, 1, 1, tzinfo=UTC))
        assert verify(lake).ok
        lake.write_bars(make_bars("IBM", 3, start="2021-05-03"), NO_ACTIONS, message="and on")
        assert len(lake.bars(["IBM"], sealed=False)) == 603


def test_the_state_at_the_limit_is_kept() -> None:
    known = [Snapshot(number, NOW - timedelta(days=40 - 10 * number), "") for number in range(1, 5)]
    assert to_expire(known, keep_days=None, now=NOW) == ()
    assert to_expire(known, keep_days=15, now=NOW) == (1,)  # 2 is what was known 15 days ago
    assert to_expire(known, keep_days=10, now=NOW) == (1, 2)
    assert to_expire(known[:1], keep_days=1, now=NOW) == ()
    assert to_expire(known, keep_days=1, now=NOW + timedelta(days=99)) == (1, 2, 3)
