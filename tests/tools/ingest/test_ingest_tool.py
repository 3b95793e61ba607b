"""`ingest_data` end to end on the sample, and every way a request can be wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from tools.ingest import load
from tools.ingest.sample import SampleSource
from tools.ingest.source import Fetched, Request
from tools.ingest.tool import INGEST_DATA, IngestArgs
from tools.kernel.errors import BadRequest, NoData, SourceUnavailable
from tools.kernel.spec import Progress
from tools.lake.store import lake_exists, open_lake


def ingest(context, *symbols, **args):
    return INGEST_DATA.run(context, IngestArgs(symbols=symbols, **args))


def test_three_companies(context):
    result = ingest(context, "Apple", "IBM and Microsoft")
    assert [(each.symbol, each.rows, each.new_rows) for each in result.symbols] == [
        ("AAPL", 3270, 3270),
        ("IBM", 3270, 3270),
        ("MSFT", 3270, 3270),
        ("^GSPC", 5031, 5031),  # comes along: an experiment is compared with the index
    ]
    assert (result.symbols[0].first, result.symbols[0].last) == (date(2000, 3, 1), date(2013, 3, 1))
    assert (result.rows, result.new_rows, result.warnings) == (14841, 14841, ())
    again = ingest(context, "AAPL", "IBM", "MSFT")
    assert (again.rows, again.new_rows, again.data_snapshot) == (14841, 0, result.data_snapshot)
    with open_lake(context.workspace) as lake:
        assert lake.snapshot_id() == result.data_snapshot
        assert lake.snapshots()[-1].message == "ingest AAPL, IBM, MSFT, ^GSPC from sample"
        assert len(lake.bars(["AAPL", "IBM", "MSFT"])) == 9810


def test_a_group_loads_what_there_is_and_names_the_rest(context):
    result = ingest(context, "tech stocks", "the index")
    assert [each.symbol for each in result.symbols] == ["AAPL", "MSFT", "IBM", "GOOG", "FB", "^GSPC"]
    (warning,) = result.warnings
    assert warning.startswith("Not in the source 'sample', so not loaded: NVDA, AMZN")


def test_a_range_loads_its_part_and_overlap_adds_only_the_new(context):
    first = ingest(context, "AAPL", start=date(2001, 1, 1), end=date(2001, 12, 31))
    assert first.symbols[0].first == date(2001, 1, 2)
    wider = ingest(context, "AAPL", start=date(2000, 7, 1), end=date(2002, 6, 30))
    assert wider.new_rows == wider.rows - first.rows
    partly = ingest(context, "AAPL", "FB", end=date(2003, 1, 1))
    assert partly.warnings == ("FB was not loaded: the sample has 2012-05-18 to 2013-03-01.",)


def test_progress_is_reported_for_each_symbol(context):
    steps: list[tuple[str, int, int]] = []
    ingest(replace(context, progress=lambda *step: steps.append(step)), "AAPL", "FB")
    assert steps == [
        ("loading AAPL", 0, 2),
        ("loading FB", 1, 2),
        ("checking", 2, 2),
        ("loading ^GSPC", 0, 1),
        ("checking", 1, 1),
    ]


@pytest.mark.parametrize(
    ("symbols", "args", "error", "message", "hint"),
    [
        (("XYZQ",), {}, BadRequest, "'XYZQ' is not a symbol", "ticker"),
        (("Aple",), {}, BadRequest, "'Aple' is not a symbol", "AAPL"),
        (("SPY",), {}, SourceUnavailable, "does not have SPY", "AAPL, FB, GOOG, IBM, MSFT, ^GSPC, ^IXIC"),
        (("the banks",), {}, SourceUnavailable, "does not have JPM", "AAPL, FB"),
        (("AAPL",), {"start": date(2012, 1, 1), "end": date(2011, 1, 1)}, BadRequest, "before the start", "Swap"),
        (("AAPL",), {"start": date(2020, 1, 1)}, NoData, "from 2020-01-01 to the end", "2000-03-01 to 2013-03-01"),
        (("AAPL",), {"end": date(1990, 1, 1)}, NoData, "from the beginning to 1990", "2000-03-01 to 2013-03-01"),
        (("AAPL",), {"start": date(2001, 1, 6), "end": date(2001, 1, 7)}, NoData, "no bars of AAPL", "2000-03-01"),
    ],
)
def test_wrong_requests(context, symbols, args, error, message, hint):  # noqa: PLR0917 (a table)
    with pytest.raises(error, match=message) as failed:
        ingest(context, *symbols, **args)
    assert hint in failed.value.hint
    assert not lake_exists(context.workspace)


class Sloppy:
    """A source that delivers one bad row in its bars."""

    name = "sloppy"

    def symbols(self, kind: str, interval: str) -> None:
        return None

    def fetch(self, request: Request, progress: Progress) -> Fetched:
        good = SampleSource().fetch(request, progress)
        bars = good.bars.assign(source=self.name)
        bars.loc[3, "high"] = 0.5
        return Fetched(bars=pd.concat([bars, bars.tail(2)]), actions=good.actions.assign(source=self.name))


def test_bad_rows_are_counted_with_their_reason(context, monkeypatch):
    monkeypatch.setattr(load, "SOURCES", {"auto": Sloppy})
    result = ingest(context, "IBM")
    assert result.symbols[0].rows == 3269
    assert result.warnings == tuple(
        f"{symbol}: {what}"
        for symbol in ("IBM", "^GSPC")
        for what in ("1 row left out: the high is below another price.", "2 rows left out: duplicate.")
    )


class Restating(SampleSource):
    """The sample with one price corrected."""

    def fetch(self, request: Request, progress: Progress) -> Fetched:
        fetched = super().fetch(request, progress)
        fetched.bars.loc[5, "close"] += 0.01
        return fetched


def test_a_restatement_is_reported(context, monkeypatch):
    ingest(context, "IBM")
    monkeypatch.setattr(load, "SOURCES", {"auto": Restating})
    assert ingest(context, "IBM").warnings == tuple(
        f"{symbol}: 1 stored row was restated." for symbol in ("IBM", "^GSPC")
    )
