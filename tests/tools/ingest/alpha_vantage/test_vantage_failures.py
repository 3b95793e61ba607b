"""Alpha Vantage on loopback: every way it fails, the limits across runs, and the key that shows nowhere."""

from __future__ import annotations

import logging
import pickle
import socket
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import vantage_server as av
from vantage_server import KEY, Clock, Vendor

from tools.ingest.alpha_vantage import AlphaVantageSource, open_source
from tools.ingest.source import Fetched, Request
from tools.kernel.errors import SourceUnavailable
from tools.kernel.spec import Context, silent

Open = Callable[..., AlphaVantageSource]
IBM, TWO = Request(("IBM",)), Request(("IBM", "NVDA"))


def fetch(vendor: Vendor, source: AlphaVantageSource, *replies: Any, request: Request = IBM) -> Fetched:
    """Fetch with these replies of the daily series."""
    vendor.replies = {"TIME_SERIES_DAILY_ADJUSTED": list(replies)}
    return source.fetch(request, silent)


def test_without_a_key_the_setting_is_named(context: Context) -> None:
    with pytest.raises(SourceUnavailable, match="SLQ_ALPHA_VANTAGE_KEY"):
        open_source(context)


def test_an_unknown_symbol_is_that_and_the_others_are_loaded(vendor: Vendor, opened: Open) -> None:
    got = fetch(vendor, opened(), av.UNKNOWN, av.adjusted(), request=TWO)
    assert got.missing["IBM"].kind == "symbol"
    assert set(got.bars["symbol"]) == {"NVDA"}
    assert len(vendor.queries) == 2  # no second try


def test_an_index_costs_no_call(vendor: Vendor, opened: Open) -> None:
    assert opened().fetch(Request(("^GSPC",)), silent).missing["^GSPC"].kind == "symbol"
    assert not vendor.queries


@pytest.mark.parametrize("limit", [av.MINUTE_NOTE, av.SPARINGLY, av.busy("7")], ids=["note", "sparingly", "429"])
def test_the_minute_limit_is_waited_for(vendor: Vendor, opened: Open, clock: Clock, limit: Any) -> None:
    got = fetch(vendor, opened(), limit, av.adjusted())
    assert len(got.bars) == 4
    assert clock.slept == [7.0 if callable(limit) else 60.0]


def test_the_day_limit_of_the_vendor_ends_the_day(vendor: Vendor, opened: Open) -> None:
    got = fetch(vendor, opened(), av.adjusted(), av.day_limit(KEY), request=TWO)
    assert set(got.bars["symbol"]) == {"IBM"}
    assert got.missing["NVDA"].kind == "failure"
    with pytest.raises(SourceUnavailable, match="used up") as caught:
        opened().fetch(IBM, silent)  # another run: not even tried
    assert "2024-06-14 04:00 UTC, in 13 h 00 min" in caught.value.hint
    assert len(vendor.queries) == 2


def test_a_rejected_key_stops_everything(vendor: Vendor, opened: Open) -> None:
    with pytest.raises(SourceUnavailable, match="does not accept the key"):
        fetch(vendor, opened(), av.BAD_KEY, request=TWO)
    assert len(vendor.queries) == 1


@pytest.mark.parametrize(
    ("reply", "detail"),
    [
        (503, "its server failed (status 503)"),
        (b'{"Time Series (Daily)": {"2024-', "its answer was not complete JSON"),
        (b"[]", "its answer was not a JSON object"),
        (b"<html>maintenance</html>", "its answer was not complete JSON"),
        (b"", "its answer was not complete JSON"),
        (b"[" * 100_000, "its answer was not complete JSON"),
        ({"Meta Data": {}}, "its answer has an unknown form"),
        ({"Time Series (Daily)": [1, 2]}, "its answer has an unknown form"),
        ({"Information": "Something new."}, "Alpha Vantage's answer has an unknown form"),
        (av.truncated, "its answer was cut short"),
    ],
    ids=["503", "half", "list", "html", "empty", "deep", "no series", "odd series", "news", "truncated"],
)
def test_a_bad_answer_fails_that_symbol_in_plain_words(
    vendor: Vendor, opened: Open, clock: Clock, reply: Any, detail: str
) -> None:
    got = fetch(vendor, opened(), reply)
    assert (got.missing["IBM"].kind, got.missing["IBM"].detail) == ("failure", detail)
    assert got.bars.empty


def test_a_passing_failure_is_retried_with_growing_waits(vendor: Vendor, opened: Open, clock: Clock) -> None:
    assert len(fetch(vendor, opened(), 500, av.truncated, av.adjusted()).bars) == 4
    assert len(clock.slept) == 2
    assert 1 <= clock.slept[0] <= 1.25
    assert 2 <= clock.slept[1] <= 2.5


def test_an_empty_series_is_nothing_in_the_range(vendor: Vendor, opened: Open) -> None:
    assert fetch(vendor, opened(), av.daily({})).missing["IBM"].kind == "range"


def test_a_slow_drip_ends_at_the_deadline(vendor: Vendor, opened: Open) -> None:
    with pytest.raises(SourceUnavailable, match="did not answer in time"):
        fetch(vendor, opened(), av.dripping)


def test_a_refused_connection_is_one_line(opened: Open) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        free = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        opened(base_url=free).fetch(TWO, silent)


def test_the_minute_holds_across_runs_with_progress(vendor: Vendor, opened: Open, clock: Clock) -> None:
    shown: list[tuple[str, int, int]] = []
    for _ in range(3):  # a new source each time, as in a new run
        source = opened(alpha_vantage_calls_per_minute=2)
        vendor.replies = {"TIME_SERIES_DAILY_ADJUSTED": av.adjusted()}
        source.fetch(IBM, lambda *step: shown.append(step))
    assert sum(clock.slept) == pytest.approx(60)
    assert ("waiting for Alpha Vantage: 2 calls a minute", 59, 60) in shown


def test_the_day_holds_across_runs_and_begins_anew_at_midnight_in_new_york(
    vendor: Vendor, opened: Open, clock: Clock
) -> None:
    for _ in range(2):
        fetch(vendor, opened(alpha_vantage_calls_per_day=2), av.adjusted())
    with pytest.raises(SourceUnavailable, match="2 calls of today are used up"):
        fetch(vendor, opened(alpha_vantage_calls_per_day=2), av.adjusted())
    assert len(vendor.queries) == 2
    clock.moment = datetime(2024, 6, 14, 4, 0, 1, tzinfo=UTC)
    assert len(fetch(vendor, opened(alpha_vantage_calls_per_day=2), av.adjusted()).bars) == 4


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"day": "2024-06-13"}',
        b'{"day": 1, "calls": "x", "recent": 3, "refused": []}',
    ],
)
def test_a_damaged_record_counts_as_empty(vendor: Vendor, opened: Open, context: Context, damage: bytes) -> None:
    path = context.workspace.data / "alpha_vantage.json"
    path.write_bytes(damage)
    assert len(fetch(vendor, opened(), av.adjusted()).bars) == 4
    assert path.read_bytes().startswith(b'{"day": "2024-06-13", "calls": 1')


def test_a_clock_set_back_does_not_make_anyone_wait(vendor: Vendor, opened: Open, clock: Clock) -> None:
    fetch(vendor, opened(alpha_vantage_calls_per_minute=1), av.adjusted())
    clock.moment = datetime(2024, 6, 13, 12, tzinfo=UTC)
    fetch(vendor, opened(alpha_vantage_calls_per_minute=1), av.adjusted())
    assert not clock.slept


def test_the_key_shows_nowhere(
    vendor: Vendor, opened: Open, context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    quoting = av.daily() | {"Meta Data": {"1. Information": f"for {KEY.lower()}"}}
    seen: list[str] = []
    source = opened()
    seen.append(repr(source) + repr(vars(source)))
    got = fetch(vendor, source, quoting)
    assert vendor.queries[0]["apikey"] == KEY
    assert got.raw
    seen += [repr(got), *(raw.request + raw.body.decode() for raw in got.raw)]
    for replies in ([av.day_limit(KEY)], [av.BAD_KEY], [403], [404], [av.dripping]):
        (context.workspace.data / "alpha_vantage.json").unlink(missing_ok=True)
        with pytest.raises(SourceUnavailable) as caught:
            fetch(vendor, opened(), *replies)
        seen += [caught.value.message, caught.value.hint, "".join(traceback.format_exception(caught.value))]
        seen.append(repr(caught.value.__context__) + repr(pickle.dumps(str(caught.value))))
    seen += [record.getMessage() for record in caplog.records]
    seen += [path.read_text() for path in context.workspace.data.rglob("*") if path.is_file()]
    assert KEY.lower() not in "".join(seen).lower()


def test_news_dates_need_no_start(vendor: Vendor, opened: Open) -> None:
    vendor.replies = {"NEWS_SENTIMENT": av.NEWS}
    got = opened().fetch(replace(IBM, kind="news", end=date(2024, 6, 30)), silent)
    assert len(got.news) == 1
    assert "time_from" not in vendor.queries[0]
