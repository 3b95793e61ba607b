"""A loopback HTTPS server that answers in Yahoo's shapes, from listings whose raw prices are known.

Prices are planted as traded; like Yahoo, the server divides what lies before a split by its ratio, sends prices in
single precision, and serves hourly and 1-minute bars from the schedule of the exchange, for as long as Yahoo does.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import exchange_calendars
import numpy as np
import pandas as pd
import trustme
from curl_cffi import CurlOpt
from curl_cffi._wrapper import ffi, lib

HOSTS = (
    "query1.finance.yahoo.com",
    "query2.finance.yahoo.com",
    "finance.yahoo.com",
    "fc.yahoo.com",
    "guce.yahoo.com",
    "consent.yahoo.com",
)
CRUMB = "crumb-canary-7"
COOKIE = "A3=cookie-canary-9; Domain=.yahoo.com; Path=/; Max-Age=3600"
DAY_S = 86_400


@cache
def schedule(code: str) -> pd.DataFrame:
    """Return open, break_start, break_end and close of each session of 2023 to 2025, in UTC."""
    return exchange_calendars.get_calendar(code, start="2023-01-02", end="2025-12-31").schedule


@dataclass
class Listed:
    """A security: what it is, and its raw bars by session (open, high, low, close, volume)."""

    symbol: str
    calendar: str = "XNYS"
    zone: str = "America/New_York"
    currency: str = "USD"
    kind: str = "EQUITY"
    name: str = "A Company"
    first: str = "2024-01-02"
    last: str = "2025-03-28"
    splits: dict[str, tuple[int, int]] = field(default_factory=dict)
    dividends: dict[str, float] = field(default_factory=dict)
    gains: dict[str, float] = field(default_factory=dict)
    nulls: tuple[str, ...] = ()
    split_applied: bool = True
    partial: tuple[float, float] | None = None
    news: list[dict[str, Any]] = field(default_factory=list)
    info: dict[str, Any] = field(default_factory=dict)
    statements: dict[str, list[tuple[str, float]]] = field(default_factory=dict)

    def sessions(self) -> pd.DataFrame:
        return schedule(self.calendar).loc[self.first : self.last]

    def raw(self) -> pd.DataFrame:
        """Return the planted daily bars, as traded: smooth but for the splits, in whole cents."""
        days = self.sessions().index
        cents = 40_000 + np.arange(len(days)) * 4
        close = np.round(cents / self._ratio_until(days)).astype(int) / 100
        volume = 1_000_000 + np.arange(len(days)) * 100
        return pd.DataFrame(
            {"open": close - 0.05, "high": close + 0.1, "low": close - 0.1, "close": close, "volume": volume}, days
        ).round(2)

    def _ratio_until(self, days: pd.DatetimeIndex) -> np.ndarray:
        return np.prod([np.where(days >= pd.Timestamp(day), n / d, 1.0) for day, (n, d) in self.splits.items()], 0)

    def later(self, day: date) -> float:
        """Return by how much Yahoo divides prices of `day`: the product of the later splits."""
        if not self.split_applied:
            return 1.0
        return float(np.prod([n / d for at, (n, d) in self.splits.items() if date.fromisoformat(at) > day]))


@dataclass
class Fault:
    """A way to misbehave: for the next `times` requests whose address holds `where`."""

    where: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    manner: str = "plain"  # or "cut" (the connection ends early), "drip", "drop"
    times: int = 1_000_000


@dataclass
class Asked:
    method: str
    host: str
    path: str
    query: dict[str, str]
    body: bytes
    cookie: str
    at: float


class YahooServer:
    """The server, listening on 127.0.0.1 with a certificate of a new CA."""

    def __init__(self, folder: Path) -> None:
        self.listed: dict[str, Listed] = {}
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.now = datetime(2025, 3, 28, 23, 0, tzinfo=UTC)
        self.lock = threading.Lock()
        self.crumb_needed = False
        authority = trustme.CA()
        self.ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*HOSTS).configure_cert(context)
        self.http = Loopback(("127.0.0.1", 0), Handler)
        self.http.yahoo = self
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        self.port: int = self.http.server_address[1]
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def options(self, *, trusted: bool = True) -> dict[str, Any]:
        """Return the options of a curl_cffi session that send it here, whatever the host."""
        return {"verify": str(self.ca) if trusted else True, "curl_options": connect_to(self.port)}

    def add(self, *listed: Listed) -> None:
        self.listed |= {each.symbol: each for each in listed}

    def charts(self, symbol: str) -> list[dict[str, str]]:
        """Return the queries of the chart requests for `symbol`."""
        return [each.query for each in self.asked if each.path == f"/v8/finance/chart/{symbol}"]

    def fault(self, address: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.where in address and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None


def connect_to(port: int) -> dict[CurlOpt, Any]:
    """Return the option that connects every host to `port` of 127.0.0.1, as libcurl's list of strings."""
    return {CurlOpt.CONNECT_TO: lib.curl_slist_append(ffi.NULL, f"::127.0.0.1:{port}".encode())}


class Loopback(ThreadingHTTPServer):
    daemon_threads = True
    yahoo: YahooServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up in these tests: nothing to report."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Loopback

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep the test output clean."""

    def do_POST(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        yahoo = self.server.yahoo
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        query = dict(parse_qsl(parts.query))
        host = self.headers.get("Host", "")
        cookie = self.headers.get("Cookie", "")
        yahoo.asked.append(Asked(self.command, host, path, query, body, cookie, time.monotonic()))
        fault = yahoo.fault(host + self.path)
        if fault is not None:
            self.misbehave(fault)
            return
        status, value = answer(yahoo, host, path, query, body)
        self.reply(status, value if isinstance(value, bytes) else json.dumps(value).encode())

    def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None, length: int = 0) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if self.path == "/":
            self.send_header("Set-Cookie", COOKIE)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def misbehave(self, fault: Fault) -> None:
        if fault.manner == "plain":
            self.reply(fault.status, fault.body, fault.headers)
            return
        self.close_connection = True
        if fault.manner == "cut":
            self.reply(200, b'{"chart": {"result": [{"me', length=5000)
            self.connection.settimeout(0.2)
            with suppress(OSError):
                self.connection.unwrap()
        if fault.manner == "drip":
            self.reply(200, b"{", length=5000)
            for _ in range(100):
                time.sleep(0.05)
                self.wfile.write(b" ")
                self.wfile.flush()


def answer(yahoo: YahooServer, host: str, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
    """Return the status and the body for a request."""
    last = path.rsplit("/", 1)[1]
    if yahoo.crumb_needed and query.get("crumb") != CRUMB and path.startswith(("/v10", "/v7")):
        return refused(401, "Unauthorized", "Invalid Crumb", "finance")
    ways: dict[str, Callable[[], tuple[int, Any]]] = {
        "/v1/test/getcrumb": lambda: (200, CRUMB.encode()),
        "/v8/finance/chart/": lambda: chart(yahoo, last, query),
        "/v10/finance/quoteSummary/": lambda: summary(yahoo, last),
        "/v7/finance/quote": lambda: quote(yahoo, query["symbols"]),
        "/ws/fundamentals-timeseries/": lambda: timeseries(yahoo.listed[last], query["type"].split(",")),
        "/xhr/ncp": lambda: stream(yahoo, json.loads(body)["serviceConfig"]["s"][0]),
    }
    way = next((ways[prefix] for prefix in ways if path.startswith(prefix)), None)
    if way is not None:
        return way()
    return (404 if host.startswith("fc.") else 200), b"<html></html>"


def quote(yahoo: YahooServer, symbol: str) -> tuple[int, Any]:
    found = yahoo.listed.get(symbol)
    return 200, {"quoteResponse": {"result": [{"symbol": symbol, **found.info}] if found else []}}


def stream(yahoo: YahooServer, symbol: str) -> tuple[int, Any]:
    found = yahoo.listed.get(symbol)
    return 200, {"data": {"tickerStream": {"stream": found.news if found else []}}}


def refused(status: int, code: str, text: str, key: str = "chart") -> tuple[int, Any]:
    return status, {key: {"result": None, "error": {"code": code, "description": text}}}


def chart(yahoo: YahooServer, symbol: str, query: dict[str, str]) -> tuple[int, Any]:
    listed = yahoo.listed.get(symbol)
    if listed is None:
        return refused(404, "Not Found", "No data found, symbol may be delisted")
    now = yahoo.now.timestamp()
    stop = int(query.get("period2", now))
    start = int(query.get("period1", now - 5 * DAY_S))
    interval = query["interval"]
    if interval == "1m" and stop - start > 8 * DAY_S:
        return refused(422, "Unprocessable Entity", "Only 8 days worth of 1m granularity data are allowed.")
    kept = {"1m": 30, "1h": 730}.get(interval)
    if kept and start < now - kept * DAY_S:
        return refused(422, "Unprocessable Entity", f"The requested range must be within the last {kept} days.")
    sessions = listed.sessions()
    opens = sessions["open"].map(lambda at: int(at.timestamp()))
    inside = sessions[(opens >= start) & (opens < min(stop, now))]
    bars = list(daily_rows(listed, inside) if interval == "1d" else intraday_rows(listed, inside, interval))
    result: dict[str, Any] = {"meta": meta(yahoo, listed, inside, interval), "indicators": {"quote": [{}]}}
    if bars:
        stamps, *columns = zip(*bars, strict=True)
        names = ("open", "high", "low", "close", "volume")
        result["timestamp"] = stamps
        result["indicators"]["quote"] = [dict(zip(names, columns, strict=True))]
        if interval == "1d":
            result["indicators"]["adjclose"] = [{"adjclose": [1.0] * len(bars)}]
    found = events(listed, start, stop)
    return 200, {"chart": {"result": [{**result, **({"events": found} if found else {})}], "error": None}}


def single(value: float) -> float:
    return float(np.float32(value))


def daily_rows(listed: Listed, inside: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    raw = listed.raw()
    for day, hours in inside.iterrows():
        stamp = int(hours["open"].timestamp())
        if str(day.date()) in listed.nulls:
            yield (stamp, None, None, None, None, None)
            continue
        by = listed.later(day.date())
        row = raw.loc[day]
        yield (
            stamp,
            *(single(row[name] / by) for name in ("open", "high", "low", "close")),
            int(row["volume"] * by),
        )
    if listed.partial and len(inside):
        price, volume = listed.partial
        at = int(inside["open"].iloc[-1].timestamp()) + DAY_S + 3601
        yield (at, single(price), single(price), single(price), single(price), int(volume))


def minutes(hours: pd.Series) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    """Return the stretches of trading of a session."""
    if pd.isna(hours["break_start"]):
        yield hours["open"], hours["close"]
    else:
        yield hours["open"], hours["break_start"]
        yield hours["break_end"], hours["close"]


def intraday_rows(listed: Listed, inside: pd.DataFrame, interval: str) -> Iterator[tuple[Any, ...]]:
    step = timedelta(minutes=1 if interval == "1m" else 60)
    raw = listed.raw()
    for day, hours in inside.iterrows():
        by = listed.later(day.date())
        price = single(raw["close"].loc[day] / by)
        for first, stop in minutes(hours):
            at = first
            while at < stop:
                yield (int(at.timestamp()), price, price, price, price, int(100 * by))
                at += step


def meta(yahoo: YahooServer, listed: Listed, inside: pd.DataFrame, interval: str) -> dict[str, Any]:
    stamp = int(yahoo.now.timestamp())
    period = {"timezone": "LMT", "start": stamp - 3600, "end": stamp, "gmtoffset": 0}
    found = {
        "currency": listed.currency,
        "symbol": listed.symbol,
        "exchangeName": "TST",
        "fullExchangeName": "Test Exchange",
        "instrumentType": listed.kind,
        "firstTradeDate": 1_600_000_000,
        "regularMarketTime": stamp,
        "gmtoffset": 0,
        "timezone": "LMT",
        "exchangeTimezoneName": listed.zone,
        "regularMarketPrice": 100.0,
        "longName": listed.name,
        "shortName": listed.name[:5],
        "chartPreviousClose": 100.0,
        "priceHint": 2,
        "currentTradingPeriod": {"pre": dict(period), "regular": dict(period), "post": dict(period)},
        "dataGranularity": interval,
        "range": "",
        "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
    }
    if interval != "1d":
        found["tradingPeriods"] = [
            [{**period, "start": int(row["open"].timestamp()), "end": int(row["close"].timestamp())}]
            for _, row in inside.iterrows()
        ]
    return found


def events(listed: Listed, start: int, stop: int) -> dict[str, Any]:
    sessions = listed.sessions()

    def stamps(days: dict[str, Any]) -> Iterator[tuple[int, str]]:
        for day in days:
            at = int(sessions["open"].loc[pd.Timestamp(day)].timestamp())
            if start <= at < stop:
                yield at, day

    found: dict[str, Any] = {
        "splits": {
            str(at): {"date": at, "numerator": listed.splits[day][0], "denominator": listed.splits[day][1]}
            for at, day in stamps(listed.splits)
        },
        "dividends": {
            str(at): {
                "date": at,
                "amount": round(listed.dividends[day] / listed.later(date.fromisoformat(day)), 6),
            }
            for at, day in stamps(listed.dividends)
        },
        "capitalGains": {str(at): {"date": at, "amount": listed.gains[day]} for at, day in stamps(listed.gains)},
    }
    return {name: values for name, values in found.items() if values}


def summary(yahoo: YahooServer, symbol: str) -> tuple[int, Any]:
    listed = yahoo.listed.get(symbol)
    if listed is None or not listed.info:
        return refused(404, "Not Found", f"No fundamentals data found for symbol: {symbol}", "quoteSummary")
    return 200, {"quoteSummary": {"result": [{"summaryDetail": {"maxAge": 1, **listed.info}}], "error": None}}


def timeseries(listed: Listed, types: list[str]) -> tuple[int, Any]:
    result = [
        {
            "meta": {"symbol": [listed.symbol], "type": [name]},
            "timestamp": [int(pd.Timestamp(day, tz="UTC").timestamp()) for day, _ in listed.statements[name]],
            name: [
                {"asOfDate": day, "periodType": "12M", "currencyCode": "USD", "reportedValue": {"raw": value}}
                for day, value in listed.statements[name]
            ],
        }
        for name in types
        if name in listed.statements
    ]
    return 200, {"timeseries": {"result": result, "error": None}}
