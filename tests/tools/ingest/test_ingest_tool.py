"""`ingest_data` end to end on the sample and on sources made for the test, and every way a request can be wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingest_sources import Scripted, bars_of

from tools.ingest import registry
from tools.ingest.raw import body_of, manifest
from tools.ingest.sample import SampleSource
from tools.ingest.source import Fetched, Missing, Request
from tools.ingest.tool import INGEST_DATA, IngestArgs
from tools.kernel.errors import BadRequest, NoData, SourceUnavailable
from tools.kernel.paths import Workspace
from tools.kernel.spec import Progress
from tools.lake.metadata import read_metadata
from tools.lake.store import lake_exists, open_lake


def ingest(context, *symbols, **args):
    return INGEST_DATA.run(context, IngestArgs(symbols=symbols, **args))


@pytest.fixture
def sources(monkeypatch):
    """Let a test put sources of its own in place of the vendors."""

    def put(**made):
        table = {name: (lambda ctx, source=source: source) for name, source in made.items()}
        monkeypatch.setattr(registry, "SOURCES", MappingProxyType({**registry.SOURCES, **table}))

    return put


def configured(context, order):
    return replace(context, settings=context.settings.model_copy(update={"sources": order}))


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
        assert len(lake.bars(["AAPL", "IBM", "MSFT"], sealed=False)) == 9810


def test_a_group_loads_what_there_is_and_names_the_rest(context):
    result = ingest(context, "tech stocks", "the index", source="sample")
    assert [each.symbol for each in result.symbols] == ["AAPL", "MSFT", "IBM", "GOOG", "FB", "^GSPC"]
    (warning,) = result.warnings
    assert warning.startswith("Not in the source 'sample', so not loaded: NVDA, AMZN")
    (warning,) = ingest(context, "tech stocks").warnings
    assert warning.startswith("Not loaded: NVDA, AMZN, ORCL, CSCO, INTC and")
    assert "No configured source has these 1d bars (asked: sample)" in warning


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
    assert steps == [("loading AAPL", 0, 3), ("loading FB", 1, 3), ("loading ^GSPC", 2, 3), ("checking", 2, 2)]


@pytest.mark.parametrize(
    ("symbols", "args", "error", "message", "hint"),
    [
        (("QWXV",), {}, BadRequest, "'QWXV' is not a symbol", "ticker"),
        (("Aple",), {}, BadRequest, "'Aple' is not a symbol", "AAPL"),
        (("SPY",), {"source": "sample"}, SourceUnavailable, "does not have SPY", "AAPL, FB, GOOG"),
        (("the banks",), {"source": "sample"}, SourceUnavailable, "does not have JPM", "AAPL, FB"),
        (("SPY",), {}, SourceUnavailable, "No configured source has these 1d bars", "--source"),
        (("AAPL",), {"interval": "1m"}, SourceUnavailable, "has these 1m bars", "--source"),
        (("AAPL",), {"kind": "news"}, SourceUnavailable, "has these news", "--source"),
        (("AAPL",), {"source": "bloomberg"}, BadRequest, "no source called 'bloomberg'", "auto, sample, "),
        (("AAPL",), {"source": "sample", "path": "x.csv"}, BadRequest, "reads no files", "files"),
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


def test_auto_groups_symbols_by_source_and_stays_with_what_the_lake_has(context, sources):
    vendor, other = Scripted("vendor"), Scripted("other")
    sources(vendor=vendor, other=other)
    auto = configured(context, "sample,vendor,other")
    result = ingest(auto, "SPY", "AAPL", "QQQ")
    assert [(each.symbol, each.source) for each in result.symbols] == [
        ("SPY", "vendor"), ("AAPL", "sample"), ("QQQ", "vendor"), ("^GSPC", "sample"),
    ]  # fmt: skip
    assert [request.symbols for request in vendor.requests] == [("SPY", "QQQ")]
    ingest(context, "JPM", source="other")
    assert [each.source for each in ingest(auto, "JPM", "SPY").symbols] == ["other", "vendor"]
    assert [request.symbols for request in other.requests] == [("JPM",), ("JPM",)]
    with open_lake(context.workspace) as lake:
        assert lake.snapshots()[1].message == "ingest SPY, QQQ, AAPL, ^GSPC from vendor and sample"


def test_a_source_that_cannot_be_reached_is_never_replaced(context, sources):
    vendor, other = Scripted("vendor"), Scripted("other")
    sources(vendor=vendor, other=other)
    auto = configured(context, "sample,vendor,other")
    ingest(auto, "SPY")
    vendor.fails = SourceUnavailable("vendor cannot be reached.", hint="Check the network.")
    with pytest.raises(SourceUnavailable, match="vendor cannot be reached") as failed:
        ingest(auto, "SPY")
    today = datetime.now(UTC).date()
    assert f"The lake still has SPY up to 2020-01-10, snapshot 2 of {today}." in failed.value.message
    assert failed.value.hint == "Check the network."
    partly = ingest(auto, "SPY", "AAPL", "JPM")
    assert [each.symbol for each in partly.symbols] == ["AAPL", "^GSPC"]
    (warning,) = partly.warnings
    assert warning.startswith("Not loaded: SPY, JPM. vendor cannot be reached. The lake still has SPY up to")
    other.fails = vendor.fails
    with pytest.raises(SourceUnavailable, match=r"SPY \(from vendor\) up to 2020-01-10"):
        ingest(auto, "SPY", source="other")
    assert other.requests[0].symbols == ("SPY",)


def test_a_symbol_that_fails_alone_is_named_with_what_there_is(context, sources):
    vendor = Scripted("vendor")
    sources(vendor=vendor)
    auto = configured(context, "vendor")
    ingest(auto, "SPY", "QQQ")
    vendor.missing = {"QQQ": Missing("failure", "the vendor answered 500")}
    result = ingest(auto, "SPY", "QQQ")
    assert [each.symbol for each in result.symbols] == ["SPY"]
    (warning,) = result.warnings
    assert warning.startswith(
        "QQQ was not loaded: the vendor answered 500. The lake still has QQQ up to 2020-01-10"
    )
    with pytest.raises(SourceUnavailable, match=r"'vendor' failed\. QQQ: the vendor answered 500"):
        ingest(auto, "QQQ")


def test_tickers_outside_the_tables(context, sources):
    vendor = Scripted("vendor")
    sources(vendor=vendor)
    for given_name, symbol in {
        "XYZQ": "XYZQ", "EUR/USD": "EURUSD=X", "eurusd": "EURUSD=X", "^FTSE": "^FTSE", "9988.HK": "9988.HK",
        "btc-usd": "BTC-USD",
    }.items():  # fmt: skip
        assert ingest(context, given_name, source="vendor").symbols[0].symbol == symbol
    auto = configured(context, "vendor")
    assert [each.symbol for each in ingest(auto, "GBPUSD, VOD.L and ES=F").symbols] == ["GBPUSD=X", "VOD.L", "ES=F"]
    with pytest.raises(BadRequest, match="'ABCQ' is not a symbol"):
        ingest(auto, "ABCQ")
    with pytest.raises(BadRequest, match="'Micosoft' is not a symbol"):
        ingest(context, "Micosoft", source="vendor")


def test_raw_bytes_are_kept_once_with_where_they_came_from(context, sources):
    vendor = Scripted("vendor", raw={"SPY": b"one"})
    sources(vendor=vendor)
    ingest(context, "SPY", source="vendor")
    ingest(context, "SPY", source="vendor")
    (entry,) = manifest(context.workspace)
    assert body_of(context.workspace, entry) == b"one"
    assert entry.file.startswith(f"vendor/{entry.sha256[:2]}/{entry.sha256}.json.zst")
    vendor.raw = {"SPY": b"two", "QQQ": b"one"}
    ingest(context, "SPY", "QQQ", source="vendor")
    entries = list(manifest(context.workspace))
    assert [(each.symbol, each.bytes) for each in entries] == [("SPY", 3), ("SPY", 3), ("QQQ", 3)]
    assert len(list(context.workspace.raw.rglob("*.zst"))) == 2
    provenance = {entry.symbol: entry for entry in read_metadata(context.workspace).provenance}
    assert provenance["SPY"].raw_sha256 == (entries[1].sha256,)


class Sloppy(SampleSource):
    """The sample in another name, with one bad row and two doubled ones."""

    name = "sloppy"

    def fetch(self, request: Request, progress: Progress) -> Fetched:
        good = super().fetch(request, progress)
        bars = good.bars.assign(source=self.name)
        bars.loc[3, "high"] = 0.5
        return Fetched(bars=pd.concat([bars, bars.tail(2)]), actions=good.actions.assign(source=self.name))


def test_bad_rows_are_kept_in_quarantine_with_their_reason(context, sources):
    sources(sloppy=Sloppy())
    for _ in range(2):
        result = ingest(context, "IBM", source="sloppy")
        (ibm,) = result.symbols
        assert (ibm.rows, ibm.quarantined_rows) == (3269, 3)
        assert result.warnings == (
            "IBM: 1 row left out: the high is below another price.",
            "IBM: 2 rows left out: duplicate.",
        )
        with open_lake(context.workspace) as lake:
            kept = lake.read("SELECT reason, ts FROM lake.quarantine ORDER BY reason, ts")
        assert list(kept["reason"]) == ["duplicate", "duplicate", "the high is below another price"]
    assert result.data_snapshot == 2


def test_a_load_of_which_nothing_passes_is_kept_and_told(context, sources):
    vendor = Scripted("vendor")
    vendor.bars = lambda symbol: bars_of(symbol, "vendor").assign(close=-1.0)
    sources(vendor=vendor)
    with pytest.raises(NoData, match="No row passed") as failed:
        ingest(context, "SPY", source="vendor")
    assert failed.value.hint == "SPY: 10 rows left out: a price is not positive."
    with open_lake(context.workspace) as lake:
        assert len(lake.read("SELECT * FROM lake.quarantine")) == 10


def test_a_session_that_is_not_over_waits_in_quarantine(context, sources):
    """The last bar is of Friday 2020-01-10: New York closes at 21:00 UTC, Tokyo at 06:00."""
    sources(vendor=Scripted("vendor"))
    for moment, rows in (("20:59", 9), ("21:00", 10)):
        late = replace(context, now=lambda moment=moment: datetime.fromisoformat(f"2020-01-10T{moment}:00+00:00"))
        result = ingest(late, "SPY", "7203.T", source="vendor")
        assert [(each.symbol, each.rows) for each in result.symbols] == [("SPY", rows), ("7203.T", 10)]
        assert result.warnings == (("SPY: 1 row left out: session not finished.",) if rows == 9 else ())


def test_stamps_in_exchange_time_mean_their_session(context, sources):
    """Tokyo's midnight is 15:00 UTC of the day before, New York's is 05:00 UTC of the same day."""
    vendor = Scripted("vendor")
    zones = {"SPY": "America/New_York", "7203.T": "Asia/Tokyo"}
    vendor.bars = lambda symbol: bars_of(symbol, "vendor").assign(
        ts=lambda frame: frame["ts"].dt.tz_localize(zones[symbol]).dt.tz_convert("UTC").dt.tz_localize(None)
    )
    sources(vendor=vendor)
    result = ingest(context, "SPY", "7203.T", source="vendor")
    assert {(each.first, each.last) for each in result.symbols} == {(date(2020, 1, 1), date(2020, 1, 10))}


def test_rows_in_the_name_of_another_vendor_are_refused(context, sources):
    vendor = Scripted("vendor")
    vendor.bars = lambda symbol: bars_of(symbol, "yahoo")
    sources(vendor=vendor)
    with pytest.raises(SourceUnavailable, match="in the name of yahoo"):
        ingest(context, "SPY", source="vendor")
    assert not lake_exists(context.workspace)


def test_news_has_its_own_table(context, sources):
    vendor = Scripted("vendor")
    sources(vendor=vendor)
    auto = configured(context, "sample,vendor")
    result = ingest(auto, "AAPL", kind="news")
    assert [(each.symbol, each.source, each.rows, each.new_rows) for each in result.symbols] == [
        ("AAPL", "vendor", 2, 2)
    ]
    assert ingest(auto, "AAPL", kind="news").new_rows == 0
    with open_lake(context.workspace) as lake:
        assert lake.query("select count(*) from news")[1] == ((2,),)
        assert lake.query("select count(*) from quarantine")[1] == ((0,),)
        assert lake.snapshots()[-1].message == "ingest news of AAPL from vendor"


class Restating(SampleSource):
    """The sample with one price corrected."""

    def fetch(self, request: Request, progress: Progress) -> Fetched:
        fetched = super().fetch(request, progress)
        fetched.bars.loc[5, "close"] += 0.01
        return fetched


def test_a_restatement_is_reported(context, sources):
    before = ingest(context, "IBM").data_snapshot
    sources(sample=Restating())
    result = ingest(context, "IBM")
    assert result.warnings == (f"IBM: 1 stored row was restated; snapshot {before} keeps what was known before.",)
    assert (result.symbols[0].restated_rows, result.new_rows) == (1, 0)
    with open_lake(context.workspace) as lake:
        then, now = (lake.bars(["IBM"], as_of=snapshot, adjust="none") for snapshot in (before, None))
    assert now["close"][5] == then["close"][5] + 0.01
    assert list(now["close"].drop(5)) == list(then["close"].drop(5))


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return Workspace(tmp_path_factory.mktemp("shared"))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    spans=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=4),
    name=st.uuids().map(lambda each: f"S{each.hex[:12]}".upper()),
)
def test_any_order_and_overlap_of_ingests_gives_the_same_table(context, shared, sources, spans, name):
    vendor = Scripted("vendor")
    whole = bars_of(name, "vendor", days=60)
    whole.loc[whole.index % 7 == 3, "low"] = 0.0
    vendor.bars = lambda symbol: whole
    sources(vendor=vendor)
    days = whole["ts"].dt.date
    asked: set[int] = set()
    for first, length in spans:
        try:
            ingest(
                replace(context, workspace=shared),
                name,
                source="vendor",
                start=days[first],
                end=days[first + length],
            )
        except NoData:
            assert first % 7 == 3
            assert length == 0
        asked |= set(range(first, first + length + 1))
    expected = whole.iloc[sorted(asked)]
    good = expected[expected["low"] > 0]
    with open_lake(shared) as lake:
        held = lake.read("SELECT ts, close FROM lake.bars WHERE symbol = ? ORDER BY ts", [name])
        kept = lake.read("SELECT ts FROM lake.quarantine WHERE symbol = ? ORDER BY ts", [name])
    assert list(held["ts"]) == list(good["ts"])
    assert list(held["close"]) == list(good["close"])
    assert list(kept["ts"]) == list(expected[expected["low"] == 0]["ts"])


def test_raw_is_kept_before_the_lake_is_written(context, sources, monkeypatch):
    """Where the lake cannot be written the bytes are there already, and no row is."""
    sources(vendor=Scripted("vendor", raw={"SPY": b"one"}))

    def fail(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tools.lake.store.upsert", fail)
    with pytest.raises(KeyboardInterrupt):
        ingest(context, "SPY", source="vendor")
    assert [entry.bytes for entry in manifest(context.workspace)] == [3]
    with open_lake(context.workspace) as lake:
        assert lake.inventory() == []
