"""Every table of the lake: written together, added to old lakes, found by queries, kept elsewhere by settings."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from lake_frames import NO_ACTIONS, make_action, make_bars
from pydantic import SecretStr

from tools.kernel.errors import BadRequest, NoData, WorkspaceError
from tools.kernel.paths import Workspace
from tools.lake import engine
from tools.lake.engine import CATALOG, FILES, create, place_of
from tools.lake.store import lake_exists, lake_symbols, open_lake
from tools.lake.tables import NEWS, QUARANTINE, TABLES, conform, ddl
from tools.lake.upsert import Change


def headlines(*titles: str) -> pd.DataFrame:
    made = pd.DataFrame({"id": [str(number) for number in range(len(titles))], "title": list(titles)})
    made = made.assign(
        symbol="AAPL", ts=pd.Timestamp("2020-01-01"), publisher="p", url="u", summary=None, source="x"
    )
    return conform(made, NEWS)


def quarantined(reason: str) -> pd.DataFrame:
    made = {"symbol": "?", "table_name": "bars", "interval": "1d", "ts": pd.NaT, "reason": reason, "row_json": "{}"}
    return conform(pd.DataFrame([{**made, "source": "x"}]), QUARANTINE)


def test_all_tables_in_one_snapshot_and_again_nothing(workspace):
    frames = {"bars": make_bars("AAPL"), "news": headlines("up", "down"), "quarantine": quarantined("bad")}
    with open_lake(workspace) as lake:
        before = lake.snapshot_id()
        first = lake.write(frames, message="all")
        assert first.snapshot_id == before + 1
        assert {table: sum(each.new_rows for each in by.values()) for table, by in first.changes.items()} == {
            "bars": 5,
            "news": 2,
            "quarantine": 1,
        }
        assert lake.write(frames, message="again").snapshot_id == first.snapshot_id
        third = lake.write({"news": headlines("up", "flat", "new")}, message="more")
        assert third.changes["news"] == {"AAPL": Change(1, 1)}
        assert list(lake.read("SELECT title FROM lake.news ORDER BY id")["title"]) == ["up", "flat", "new"]


def test_bars_that_come_after_those_held_are_appended(workspace):
    with open_lake(workspace) as lake:
        lake.write({"bars": make_bars("A", 5)}, message="one")
        later = make_bars("A", 10).tail(5)
        assert lake.write({"bars": later}, message="two").bars == {"A": Change(5, 0)}
        both = pd.concat([make_bars("B", 3), make_bars("A", 12)])
        assert lake.write({"bars": both}, message="three").bars == {"A": Change(2, 0), "B": Change(3, 0)}
        assert list(lake.bars(["A"])["close"]) == list(make_bars("A", 12)["close"])


def test_a_symbol_that_was_deleted_is_not_held(workspace):
    with open_lake(workspace) as lake:
        lake.write({"bars": pd.concat([make_bars("A", 50), make_bars("B", 50)])}, message="one")
        with lake.writer() as conn:
            conn.execute("DELETE FROM lake.bars WHERE symbol = 'A' AND ts < '2020-01-20'")
            conn.execute("DELETE FROM lake.bars WHERE symbol = 'A'")
        assert lake.symbols() == ("B",)
        with pytest.raises(NoData, match="no 1d bars of A"):
            lake.bars(["A"])
        assert len(lake.bars(["A"], as_of=2)) == 50


def make_old_lake(workspace: Workspace) -> None:
    """Make a lake as the first version did: two tables, small loads kept inside the catalogue."""
    (workspace.lake / FILES).mkdir(parents=True, exist_ok=True)
    conn = engine.new_engine()
    conn.execute(
        f"ATTACH 'ducklake:{workspace.lake / CATALOG}' AS lake "
        f"(DATA_PATH '{workspace.lake / FILES}', DATA_INLINING_ROW_LIMIT 10)"
    )
    conn.execute("BEGIN")
    for statement in (*ddl("bars"), *ddl("actions")):
        conn.execute(statement)
    conn.execute("COMMIT")
    for frame, table in (
        (make_bars("AAPL"), "bars"),
        (make_bars("IBM", 50), "bars"),
        (make_action("AAPL", "2020-01-03", "split", 2.0), "actions"),
    ):
        conn.register("came", frame)
        conn.execute(f"INSERT INTO lake.{table} SELECT * FROM came")
    conn.close()


def test_an_old_lake_reads_as_it_is_and_gains_tables_when_written(workspace):
    make_old_lake(workspace)
    assert lake_symbols(workspace) == ("AAPL", "IBM")
    with open_lake(workspace) as lake:
        assert lake.tables() == {"bars", "actions"}
        assert list(lake.bars(["AAPL"])["close_raw"]) == list(make_bars("AAPL")["close"])
        assert lake.bars(["AAPL"])["close"][0] == make_bars("AAPL")["close"][0] / 2
        assert lake.query("select count(*) from news")[1] == ((0,),)
        assert lake.query("select count(*) from bars")[1] == ((55,),)
        before = lake.snapshot_id()
        report = lake.write({"bars": make_bars("AAPL", 8), "news": headlines("up")}, message="new")
        assert report.snapshot_id == before + 1
        assert report.bars == {"AAPL": Change(3, 0)}
        assert lake.tables() == set(TABLES)
        assert len(lake.bars(["AAPL"])) == 8
        assert len(lake.bars(["AAPL"], as_of=before)) == 5
        assert lake_symbols(workspace) == ("AAPL", "IBM")


def test_a_split_counts_from_the_first_bar_of_its_day_on_the_exchange(workspace):
    """In Sydney the 9th opens at 23:00 UTC on the 8th: those bars are after the split already."""
    stamps = pd.to_datetime(["2024-01-08 02:00", "2024-01-08 23:00", "2024-01-09 02:00"])
    bars = make_bars("BHP.AX", 3).assign(ts=stamps, interval="1h")
    with open_lake(workspace) as lake:
        lake.write({"bars": bars, "actions": make_action("BHP.AX", "2024-01-09", "split", 2.0)}, message="x")
        read = lake.bars(["BHP.AX"], interval="1h")
    assert list(read["close"] / read["close_raw"]) == [0.5, 1.0, 1.0]


def test_intervals_do_not_mix(workspace):
    with open_lake(workspace) as lake:
        hours = make_bars("A", 24).assign(interval="1h", ts=pd.date_range("2020-01-01", periods=24, freq="h"))
        lake.write({"bars": pd.concat([make_bars("A", 5), hours])}, message="x")
        assert (len(lake.bars(["A"])), len(lake.bars(["A"], interval="1h"))) == (5, 24)
        assert len(lake.bars(["A"], interval="1h", end=date(2020, 1, 1))) == 24
        with pytest.raises(NoData, match="no 1m bars of A"):
            lake.bars(["A"], interval="1m")


@pytest.mark.parametrize("others", ["none", "symbols", "intervals", "sources"])
def test_many_symbols_are_read_without_the_others(workspace, others):
    """Conditions that every file meets are left out of a query: they have to be back with what they keep out."""
    names = [f"S{number:02d}" for number in range(60)]
    bars = pd.concat([make_bars(name, 3, seed=number) for number, name in enumerate(names)])
    extra = {
        "none": bars.head(0),
        "symbols": make_bars("T", 4),
        "intervals": make_bars("S07", 4, seed=99).assign(interval="1h"),
        "sources": make_bars("S07", 2, seed=99, source="other"),
    }[others]
    with open_lake(workspace) as lake:
        lake.write({"bars": pd.concat([bars, extra])}, message="x")
        for asked in (names, names[:55], names[:5]):
            read = lake.bars(asked, adjust="none")
            expected = bars[bars["symbol"].isin(asked)].sort_values(["symbol", "ts"])
            assert list(read["symbol"]) == list(expected["symbol"])
            assert list(read["close"]) == list(expected["close"])


def test_every_table_can_be_queried(workspace):
    with open_lake(workspace) as lake:
        lake.write({"bars": make_bars("A"), "news": headlines("up")}, message="x")
        for table in TABLES:
            assert lake.query(f"select count(*) from {table}")[1] == ((5 if table == "bars" else table == "news",),)
        with pytest.raises(BadRequest) as refused:
            lake.query("select * from tickets")
    assert "news, fundamentals, listings, quarantine, features and symbols" in refused.value.hint


def test_the_lake_is_where_the_settings_say(tmp_path):
    catalog, files = tmp_path / "elsewhere" / "my.ducklake", tmp_path / "bucket"
    catalog.parent.mkdir()
    workspace = Workspace(tmp_path / "ws", SecretStr(str(catalog)), str(files))
    assert not lake_exists(workspace)
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("A"), NO_ACTIONS, message="x")
        assert lake.query("select count(*) from bars")[1] == ((5,),)
    assert catalog.exists()
    assert list(files.rglob("*.parquet"))
    assert not list((tmp_path / "ws").rglob("*.parquet"))
    assert lake_symbols(workspace) == ("A",)
    assert str(catalog) not in repr(workspace) + repr(place_of(workspace))


def test_a_server_needs_its_extension(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    place = place_of(Workspace(tmp_path, SecretStr("postgres:dbname=none"), None))
    with pytest.raises(WorkspaceError, match="not installed") as missing:
        create(place)
    assert "pip install duckdb-extension" in missing.value.hint
