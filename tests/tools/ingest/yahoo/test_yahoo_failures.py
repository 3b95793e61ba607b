"""Everything that can go wrong on the way to Yahoo ends in rows or in a plain reason, in bounded time."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pandas as pd
import pytest
from yahoo_server import Fault, Listed, YahooServer, connect_to

from tools.ingest.source import Fetched, Request
from tools.ingest.yahoo.source import YahooSource
from tools.kernel.errors import SourceUnavailable, WorkspaceError
from tools.kernel.spec import silent

Fetch = Callable[..., Fetched]
CHART = "/chart/ACME"


@pytest.fixture(autouse=True)
def acme(yahoo: YahooServer) -> None:
    yahoo.add(Listed("ACME"), Listed("GOOD"))


def failing(fetched: Fetched, symbol: str = "ACME") -> tuple[str, str]:
    """Return why `symbol` is missing, having checked that nothing of it came and that GOOD did."""
    assert symbol not in set(fetched.bars["symbol"])
    assert symbol not in {raw.symbol for raw in fetched.raw}
    assert len(fetched.bars[fetched.bars["symbol"] == "GOOD"]) > 300
    missing = fetched.missing[symbol]
    assert "\n" not in missing.detail
    return missing.kind, missing.detail


def test_unknown_symbols_do_not_spoil_the_others(yahoo: YahooServer, fetch: Fetch):
    fetched = fetch("NOPE", "GOOD", "ALSO-NOT", "no/such?symbol")
    assert failing(fetched, "NOPE") == ("symbol", "No data found, symbol may be delisted")
    assert failing(fetched, "no/such?symbol") == ("symbol", "not a symbol Yahoo could have")
    assert set(fetched.missing) == {"NOPE", "ALSO-NOT", "no/such?symbol"}
    assert len(yahoo.charts("NOPE")) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(CHART, 500, times=2),
        Fault(CHART, 503, body=b"<html>Will be right back</html>", times=2),
        Fault(CHART, 200, body=b"<html>Will be right back</html>", times=2),
        Fault(CHART, 200, body=b'{"chart": {"result": [', times=2),
        Fault(CHART, 429, times=2),
        Fault(CHART, manner="cut", times=2),
        Fault(CHART, manner="drop", times=2),
        Fault(CHART, manner="drip", times=1),
    ],
    ids=lambda fault: f"{fault.status}-{fault.manner}-{len(fault.body)}",
)
def test_what_passes_is_repeated(yahoo: YahooServer, fetch: Fetch, fault: Fault):
    yahoo.faults = [fault]
    fetched = fetch("ACME", "GOOD")
    assert fetched.missing == {}
    assert fetched.bars["symbol"].value_counts().tolist() == [311, 311]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(CHART, 500), "Yahoo answers with an error of its own (500)"),
        (Fault(CHART, 502), "Yahoo answers with an error of its own (502)"),
        (Fault(CHART, 429), "Yahoo refuses more requests for now (429)"),
        (Fault(CHART, 200, body=b"not json"), "Yahoo's answer is damaged: 8 bytes that are not JSON"),
        (Fault(CHART, 200, body=b"[]"), "Yahoo's answer is damaged: 2 bytes that are not JSON"),
        (Fault(CHART, manner="cut"), "Yahoo's answer was cut off"),
        (Fault(CHART, manner="drop"), "Yahoo cannot be reached: the connection was refused or dropped"),
        (Fault(CHART, manner="drip"), "Yahoo cannot be reached: no complete answer in time"),
        (Fault(CHART, 451), "Yahoo refuses the request (451)"),
    ],
    ids=lambda value: "" if isinstance(value, str) else f"{value.status}-{value.manner}-{len(value.body)}",
)
def test_what_lasts_is_told(yahoo: YahooServer, fetch: Fetch, fault: Fault, words: str):
    yahoo.faults = [fault]
    began = time.monotonic()
    assert failing(fetch("GOOD", "ACME")) == ("failure", words)
    assert time.monotonic() - began < 6
    assert len(yahoo.charts("ACME")) <= 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"chart": None},
        {"chart": {"result": [], "error": None}},
        {"chart": {"result": [{"meta": {}}], "error": None}},
        {"chart": {"result": [{"meta": {"exchangeTimezoneName": "Nowhere/Land"}}], "error": None}},
        {
            "chart": {
                "result": [
                    {
                        "meta": {"exchangeTimezoneName": "UTC", "instrumentType": "EQUITY", "currency": "USD"},
                        "timestamp": [1, 2],
                        "indicators": {"quote": [{"open": [1.0], "close": [1.0]}]},
                    }
                ],
                "error": None,
            }
        },
        {"chart": {"result": "what", "error": None}},
        {"finance": {"error": {"code": "x", "description": "y"}}},
    ],
    ids=range(8),
)
def test_json_of_another_shape(yahoo: YahooServer, fetch: Fetch, body: object):
    yahoo.faults = [Fault(CHART, 200, body=json.dumps(body).encode())]
    kind, detail = failing(fetch("GOOD", "ACME"))
    assert kind in {"symbol", "range", "failure"}
    assert detail


def test_a_split_without_a_ratio(yahoo: YahooServer, fetch: Fetch):
    class Odd(Listed):
        def raw(self) -> pd.DataFrame:
            return Listed("ACME").raw()

    yahoo.add(Odd("ACME", splits={"2024-06-10": (4, 0)}, split_applied=False))
    assert failing(fetch("GOOD", "ACME")) == ("failure", "Yahoo's split of 2024-06-10 has no usable ratio")


def test_retry_after_is_waited_for(yahoo: YahooServer, fetch: Fetch):
    yahoo.faults = [Fault(CHART, 429, {"Retry-After": "1"}, times=1)]
    assert fetch("ACME").missing == {}
    first, second = [each.at for each in yahoo.asked if CHART in each.path][:2]
    assert 0.9 < second - first < 1.9


def test_retry_after_may_be_a_date(yahoo: YahooServer, fetch: Fetch):
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    yahoo.faults = [Fault(CHART, 429, {"Retry-After": when}, times=1)]
    assert fetch("ACME", longest_wait_s=3.0).missing == {}
    first, second = [each.at for each in yahoo.asked if CHART in each.path][:2]
    assert 0.5 < second - first < 2.9


def test_a_long_retry_after_is_told_instead(yahoo: YahooServer, fetch: Fetch):
    yahoo.faults = [Fault(CHART, 429, {"Retry-After": "3600"})]
    began = time.monotonic()
    kind, detail = failing(fetch("GOOD", "ACME"))
    assert (kind, detail) == ("failure", "Yahoo refuses more requests for now (429) and asks to wait 3600 s")
    assert time.monotonic() - began < 3
    assert len(yahoo.charts("ACME")) == 1


def test_no_cookies_no_crumb_still_bars(yahoo: YahooServer, fetch: Fetch):
    yahoo.faults = [Fault("fc.yahoo.com", manner="drop"), Fault("guce.", manner="drop"), Fault("getcrumb", 429)]
    assert fetch("ACME", "GOOD").missing == {}


def test_access_that_stays_refused(yahoo: YahooServer, fetch: Fetch):
    body = b'{"finance": {"result": null, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}}'
    yahoo.faults = [Fault(CHART, 401, body=body)]
    assert failing(fetch("GOOD", "ACME")) == ("failure", "Invalid Crumb")


def test_a_stale_crumb_is_renewed_by_the_client(yahoo: YahooServer, fetch: Fetch):
    yahoo.faults = [Fault(CHART, 401, body=b"{}", times=1)]
    assert fetch("ACME").missing == {}


def test_it_gives_up_after_failures_in_a_row(yahoo: YahooServer, fetch: Fetch):
    yahoo.faults = [Fault("/chart/", 503)]
    symbols = [f"S{number}" for number in range(200)]
    began = time.monotonic()
    fetched = fetch(*symbols)
    assert time.monotonic() - began < 6
    assert set(fetched.missing) == set(symbols)
    assert {missing.kind for missing in fetched.missing.values()} == {"failure"}
    told = [missing.detail for missing in fetched.missing.values()]
    assert "not asked: 5 requests in a row failed (Yahoo answers with an error of its own (503))" in told
    assert len([each for each in yahoo.asked if "/chart/" in each.path]) < 60


def test_offline_is_one_error_soon(source: Callable[..., YahooSource]):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        unreachable = {"curl_options": connect_to(taken.getsockname()[1])}
        began = time.monotonic()
        with pytest.raises(SourceUnavailable, match=r"cannot be reached: the connection was refused") as caught:
            source(options=unreachable).fetch(Request(tuple(f"S{n}" for n in range(100))), silent)
    assert caught.value.hint
    assert time.monotonic() - began < 4


def test_a_certificate_nobody_signed(yahoo: YahooServer, source: Callable[..., YahooSource]):
    with pytest.raises(SourceUnavailable, match="its certificate is not trusted"):
        source(trusted=False).fetch(Request(("ACME", "GOOD")), silent)
    assert yahoo.asked == []


def test_nothing_is_logged_or_printed(
    yahoo: YahooServer, fetch: Fetch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    yahoo.faults = [Fault("/chart/BAD", 500)]
    with caplog.at_level(logging.DEBUG, "root"):
        fetch("ACME", "NOPE", "BAD")
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name == "yfinance"] == []


def test_the_client_writes_in_the_workspace_only(
    yahoo: YahooServer, fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    fetch("ACME")
    assert list(home.iterdir()) == []
    assert (tmp_path / "cache" / "tkr-tz.db").exists()


def test_an_old_cookie_file_is_never_unpickled(yahoo: YahooServer, fetch: Fetch, tmp_path: Path):
    (tmp_path / "cache").mkdir()
    planted = tmp_path / "cache" / "cookies.db"
    planted.write_bytes(b"whatever somebody put there")
    assert fetch("ACME").missing == {}
    assert b"whatever" not in planted.read_bytes()


def test_a_cache_that_cannot_be_made(fetch: Fetch, tmp_path: Path):
    (tmp_path / "cache").write_text("a file in the way")
    with pytest.raises(WorkspaceError):
        fetch("ACME")


def test_progress_is_reported_and_can_stop_it(yahoo: YahooServer, source: Callable[..., YahooSource]):
    seen: list[tuple[str, int, int]] = []
    source().fetch(Request(("ACME", "GOOD")), lambda *step: seen.append(step))
    assert seen[0] == ("asking Yahoo", 0, 2)
    assert {step[0] for step in seen[1:]} == {"loading ACME", "loading GOOD"}
    assert seen[-1][1:] == (2, 2)

    def interrupt(label: str, done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    yahoo.faults = [Fault("/chart/S", 503)]
    began = time.monotonic()
    many = ("ACME", *(f"S{number}" for number in range(50)))
    with pytest.raises(KeyboardInterrupt):
        source(first_wait_s=5.0, longest_wait_s=30.0).fetch(Request(many), interrupt)
    assert time.monotonic() - began < 2
    time.sleep(0.5)  # requests under way may end
    count = len(yahoo.asked)
    time.sleep(0.3)
    assert len(yahoo.asked) == count


def test_downloads_do_not_pile_up_open_files(yahoo: YahooServer, source: Callable[..., YahooSource]):
    same = source()

    def open_files() -> int:
        same.fetch(Request(("ACME", "GOOD", "NOPE", "S1", "S2", "S3")), silent)
        return len(list(Path("/proc/self/fd").iterdir()))

    open_files()
    before = open_files()
    assert max(open_files() for _ in range(5)) <= before + 8


def test_requests_keep_their_distance(yahoo: YahooServer, fetch: Fetch):
    fetch("ACME", "GOOD", interval_s=0.1)
    at = sorted(each.at for each in yahoo.asked if "/chart/" in each.path)
    assert at[-1] - at[0] > 0.09 * (len(at) - 1)
