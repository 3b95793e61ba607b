"""`show_data`: each view of a small lake whose snapshots have known times."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from tools.catalog import find_tool
from tools.ingest.sample import SampleSource
from tools.ingest.shown import ShowResult
from tools.ingest.source import Request
from tools.ingest.tool import SHOW_DATA, ShowArgs, show_data
from tools.kernel.errors import BadRequest, NoData
from tools.kernel.paths import Workspace
from tools.kernel.spec import Context, silent
from tools.lake.store import open_lake

TODAY = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def lake_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with AAPL and IBM of the sample, a restatement, and a second source of IBM."""
    workspace = Workspace(tmp_path_factory.mktemp("show") / "workspace")
    fetched = SampleSource().fetch(Request(("AAPL", "IBM")), silent)
    bars = fetched.bars
    restated = bars[bars["symbol"] == "IBM"].iloc[[-300, -299, -1]].assign(close=lambda rows: rows["close"] * 1.001)
    other = bars[(bars["symbol"] == "IBM") & (bars["ts"] < "2000-04-01")].iloc[1:].assign(source="yahoo")
    other["close"] = other["close"].where(other["ts"] != "2000-03-06", other["close"] * 1.01)
    with open_lake(workspace) as lake:
        lake.write_bars(bars, fetched.actions, message="sample")
        lake.write_bars(other, fetched.actions.iloc[:0], message="yahoo")
        lake.write_bars(restated, fetched.actions.iloc[:0], message="restated")
    return workspace.root


@pytest.fixture
def loaded(lake_folder: Path, context: Context) -> Context:
    """Return a context on a copy of that workspace, in the far future."""
    shutil.copytree(lake_folder, context.workspace.root, dirs_exist_ok=True)
    return replace(context, now=lambda: TODAY)


def ask(ctx: Context, *symbols: str, **args: object) -> ShowResult:
    return show_data(ctx, ShowArgs.model_validate({"symbols": symbols, **args}))


def test_it_is_in_the_catalogue_and_reads_only() -> None:
    assert find_tool("show_data") is SHOW_DATA
    assert SHOW_DATA.effect == "read"


def test_summary_now(loaded: Context) -> None:
    found = ask(loaded, "Apple", "IBM")
    apple, ibm = found.symbols
    assert (apple.symbol, apple.source, apple.first, apple.last) == (
        "AAPL",
        "sample",
        date(2000, 3, 1),
        date(2013, 3, 1),
    )
    assert (apple.bars, apple.close, apple.knowledge) == (3270, 544.47, "current")
    assert apple.readable_to == date(2012, 3, 1)
    assert apple.splits == 2
    assert apple.age_days == (TODAY.date() - date(2013, 3, 1)).days
    assert ibm.other_sources == ("yahoo",)
    assert found.data_snapshot == 4


def test_a_day_before_anything_was_recorded_is_hindsight(loaded: Context) -> None:
    found = ask(loaded, "AAPL", as_of="2010-06-30")
    (apple,) = found.symbols
    assert (found.knowledge, apple.knowledge) == ("hindsight", "hindsight")
    assert found.recorded_since.year >= 2024
    assert (apple.last, apple.age_days, apple.close) == (date(2010, 6, 30), 0, 251.53)
    assert apple.splits == 2  # of 2000 and 2005
    assert apple.return_1y == pytest.approx(251.53 / 142.43 - 1, rel=0.02)
    early = ask(loaded, "AAPL", as_of="2001-01-06").symbols[0]
    assert (early.last, early.age_days, early.splits) == (date(2001, 1, 5), 1, 1)
    assert ask(loaded, "AAPL", as_of="2001-01-06", view="bars").bars[-1].ts.date() == date(2001, 1, 5)
    (split,) = ask(loaded, "AAPL", as_of="2001-01-06", view="actions").actions
    assert (split.date, split.kind, split.value) == (date(2000, 6, 21), "split", 2.0)


def test_a_day_after_recording_is_what_was_recorded(loaded: Context) -> None:
    found = ask(loaded, "IBM", as_of="2098-01-01")
    assert (found.knowledge, found.symbols[0].last) == ("recorded", date(2013, 3, 1))


def test_a_day_before_the_first_bar(loaded: Context) -> None:
    with pytest.raises(NoData, match="1999"):
        ask(loaded, "IBM", as_of="1999-01-01")


def test_bars_are_the_last_ones_raw(loaded: Context) -> None:
    found = ask(loaded, "AAPL", "IBM", view="bars")
    assert len(found.bars) == 40
    assert (found.bars[19].ts.date(), found.bars[19].close) == (date(2012, 3, 1), 544.47)


def test_gaps(loaded: Context) -> None:
    clean, yahoo = ask(loaded, "IBM", view="gaps").gaps
    assert (clean.missing, clean.extra, clean.exchange, clean.expected) == (0, 0, "XNYS", clean.held)
    with open_lake(loaded.workspace) as lake, lake.writer() as conn:
        conn.execute("DELETE FROM lake.bars WHERE source = 'yahoo' AND ts BETWEEN '2000-03-07' AND '2000-03-09'")
    (holed,) = ask(loaded, "IBM", view="gaps", source="yahoo").gaps
    assert (holed.missing, holed.runs[0].bars, holed.runs[0].first.date()) == (3, 3, date(2000, 3, 7))
    assert yahoo.missing == 0


def test_changes_are_those_of_the_newest_rows(loaded: Context) -> None:
    found = ask(loaded, "IBM", view="changes")
    assert [(each.table, each.new, each.restated) for each in found.changes] == [("bars", 0, 3)]
    assert {each.field for each in found.restated} == {"close"}
    assert (found.before_snapshot, found.data_snapshot) == (3, 4)
    assert ask(loaded, "AAPL", view="changes").changes[0].new == 3270


def test_sources_are_compared(loaded: Context) -> None:
    found = ask(loaded, "IBM", view="sources")
    assert [(each.source, each.bars) for each in found.symbols] == [("sample", 3270), ("yahoo", 22)]
    (agreement,) = found.agreements
    assert (agreement.bars, agreement.beyond, agreement.worst_field) == (22, 1, "close")
    assert agreement.dates == (date(2000, 3, 6),)
    assert agreement.worst_difference == pytest.approx(0.01 / 1.01)


def test_quarantine(loaded: Context) -> None:
    assert ask(loaded, "IBM", view="quarantine").quarantined == ()
    row = {
        "symbol": "IBM", "table_name": "bars", "interval": "1d", "ts": pd.Timestamp("2000-03-01"),
        "reason": "a price is missing", "row_json": "{}", "source": "yahoo",
    }  # fmt: skip
    with open_lake(loaded.workspace) as lake:
        lake.write({"quarantine": pd.DataFrame([row])}, message="bad")
    (bad,) = ask(loaded, "IBM", view="quarantine").quarantined
    assert (bad.source, bad.reason, bad.rows) == ("yahoo", "a price is missing", 1)


@pytest.mark.parametrize("view", ["gaps", "sources", "quarantine"])
def test_views_of_the_present_refuse_a_day(loaded: Context, view: str) -> None:
    with pytest.raises(BadRequest, match="present"):
        ask(loaded, "IBM", view=view, as_of="2010-06-30")


@pytest.mark.parametrize("view", ["summary", "bars", "gaps", "actions", "changes", "sources"])
def test_a_symbol_that_is_not_held(loaded: Context, view: str) -> None:
    with pytest.raises(NoData, match="MSFT"):
        ask(loaded, "MSFT", view=view)


def test_an_empty_lake_says_what_to_load(context: Context) -> None:
    with pytest.raises(NoData) as caught:
        ask(context, "Apple")
    assert caught.value.suggestion is not None
    assert caught.value.suggestion.args == {"symbols": ["AAPL"]}
