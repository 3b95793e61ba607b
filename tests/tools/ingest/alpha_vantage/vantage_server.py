"""A real HTTP server on 127.0.0.1 that answers in Alpha Vantage's shapes, with its failures by request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY = "CANARY7KEY42XY"
Query = dict[str, str]
Reply = dict[str, Any] | bytes | int | Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Clock:
    """Time that passes by sleeping only."""

    moment: datetime = datetime(2024, 6, 13, 15, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


MINUTE_NOTE = {
    "Note": "Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute and 500 "
    "calls per day. Please visit https://www.alphavantage.co/premium/ if you would like to target a higher API "
    "call frequency."
}
SPARINGLY = {
    "Information": "Thank you for using Alpha Vantage! Please consider spreading out your free API requests more "
    "sparingly (1 request per second). You may subscribe to any of the premium plans at "
    "https://www.alphavantage.co/premium/ to lift the free key rate limit (25 requests per day), raise the "
    "per-second burst limit, and instantly unlock all premium endpoints"
}
PREMIUM = {
    "Information": "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the "
    "premium plans at https://www.alphavantage.co/premium/ to instantly unlock all premium endpoints"
}
FULL_PREMIUM = {
    "Information": "Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature "
    "for the TIME_SERIES_DAILY endpoint. You may subscribe to any of the premium plans at "
    "https://www.alphavantage.co/premium/"
}
UNKNOWN = {
    "Error Message": "Invalid API call. Please retry or visit the documentation "
    "(https://www.alphavantage.co/documentation/) for TIME_SERIES_DAILY."
}
BAD_KEY = {
    "Error Message": "the parameter apikey is invalid or missing. Please claim your free API key on "
    "(https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds."
}
NO_ARTICLES = {"Information": "No articles found. Please adjust the time range or refer to the API documentation"}


def day_limit(key: str) -> dict[str, str]:
    """Return the refusal of a used-up day: it quotes the key."""
    return {
        "Information": f"We have detected your API key as {key.upper()} and our standard API rate limit is 25 "
        "requests per day. Please subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to "
        "instantly remove all daily rate limits."
    }


DAILY_ROWS = {
    "2024-06-07": ("1197.70", "1216.92", "1180.22", "1208.88", "41238580"),
    "2024-06-10": ("120.37", "123.10", "117.01", "121.79", "314162705"),
    "2024-06-11": ("121.77", "122.87", "118.74", "120.91", "222551157"),
    "2024-06-12": ("123.06", "126.88", "122.57", "125.20", "299595040"),
}


def daily(rows: dict[str, tuple[str, ...]] | None = None) -> dict[str, Any]:
    """Return TIME_SERIES_DAILY, newest first."""
    names = ("1. open", "2. high", "3. low", "4. close", "5. volume")
    rows = DAILY_ROWS if rows is None else rows
    series = {day: dict(zip(names, rows[day], strict=True)) for day in sorted(rows, reverse=True)}
    return {"Meta Data": {"2. Symbol": "NVDA", "5. Time Zone": "US/Eastern"}, "Time Series (Daily)": series}


def adjusted() -> dict[str, Any]:
    """Return TIME_SERIES_DAILY_ADJUSTED with a split of ten and a dividend of a cent."""
    answer = daily()
    for day, row in answer["Time Series (Daily)"].items():
        row["6. volume"] = row.pop("5. volume")
        row |= {"5. adjusted close": "1.0", "7. dividend amount": "0.0000", "8. split coefficient": "1.0"}
        if day == "2024-06-10":
            row["8. split coefficient"] = "10.0"
        if day == "2024-06-11":
            row["7. dividend amount"] = "0.0100"
    return answer


SPLITS = {"symbol": "NVDA", "data": [{"effective_date": "2024-06-10", "split_factor": "10.0000"}]}
DIVIDENDS = {
    "symbol": "NVDA",
    "data": [
        {
            "ex_dividend_date": "2024-06-11",
            "declaration_date": "None",
            "payment_date": "2024-06-28",
            "amount": "0.01",
        }
    ],
}


def intraday(query: Query) -> dict[str, Any]:
    """Return two bars at the open of the 10th of the month asked for, and one on the day clocks go back."""
    month = query["month"]
    stamps = [f"{month}-10 09:30:00", f"{month}-10 09:31:00"]
    names = ("1. open", "2. high", "3. low", "4. close", "5. volume")
    series = {at: dict(zip(names, ("1.0", "2.0", "0.5", "1.5", "100"), strict=True)) for at in reversed(stamps)}
    return {"Meta Data": {"6. Time Zone": "US/Eastern"}, f"Time Series ({query['interval']})": series}


def currency(query: Query) -> dict[str, Any]:
    """Return FX_DAILY or FX_INTRADAY: no volume, UTC."""
    stamp = "2024-06-10" if query["function"] == "FX_DAILY" else "2024-06-10 09:30:00"
    row = {"1. open": "1.0764", "2. high": "1.0773", "3. low": "1.0733", "4. close": "1.0765"}
    name = "Time Series FX (Daily)" if query["function"] == "FX_DAILY" else f"Time Series FX ({query['interval']})"
    return {"Meta Data": {"2. From Symbol": query["from_symbol"], "7. Time Zone": "UTC"}, name: {stamp: row}}


NEWS = {
    "items": "1",
    "feed": [
        {
            "title": "Chips rally",
            "url": "https://example.org/chips",
            "time_published": "20240610T153000",
            "summary": "They rose.",
            "source": "Example Wire",
            "ticker_sentiment": [{"ticker": "NVDA", "relevance_score": "0.9"}],
        }
    ],
}
OVERVIEW = {
    "Symbol": "NVDA",
    "AssetType": "Common Stock",
    "Name": "NVIDIA Corporation",
    "CIK": "1045810",
    "Exchange": "NASDAQ",
    "Currency": "USD",
    "MarketCapitalization": "2974000000000",
    "PERatio": "70.1",
    "52WeekHigh": "126.88",
    "DividendPerShare": "None",
    "LatestQuarter": "2024-04-30",
}


def statement(**figures: str) -> dict[str, Any]:
    """Return an account statement with one annual and one quarterly report."""
    report = {"fiscalDateEnding": "2024-01-31", "reportedCurrency": "USD", **figures}
    return {
        "symbol": "NVDA",
        "annualReports": [report],
        "quarterlyReports": [report | {"fiscalDateEnding": "2024-04-30"}],
    }


@dataclass
class Vendor:
    """What the server answers: by function; a list is used up one a call, the last stays."""

    base_url: str = ""
    replies: dict[str, Any] = field(default_factory=dict)
    queries: list[Query] = field(default_factory=list)

    def reply(self, query: Query) -> Reply:
        """Return the reply to a query."""
        found = self.replies.get(query["function"], UNKNOWN)
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return found(query) if callable(found) and getattr(found, "by_query", False) else found

    def functions(self) -> list[str]:
        """Return the functions called, in order."""
        return [query["function"] for query in self.queries]


def by_query(function: Callable[[Query], dict[str, Any]]) -> Callable[[Query], dict[str, Any]]:
    """Mark a reply that depends on the query."""
    function.by_query = True  # type: ignore[attr-defined]
    return function


def truncated(handler: BaseHTTPRequestHandler) -> None:
    """Promise more bytes than are sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"Meta Data"')
    handler.close_connection = True


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte every few milliseconds for longer than anyone should wait."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(400):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            break
        time.sleep(0.01)
    handler.close_connection = True


def busy(retry_after: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with 429 and a Retry-After."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(429)
        handler.send_header("Retry-After", retry_after)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@contextmanager
def serving() -> Iterator[Vendor]:
    """Serve a `Vendor` on a free port of 127.0.0.1."""
    vendor = Vendor()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            vendor.queries.append(query)
            reply = vendor.reply(query)
            if callable(reply):
                reply(self)
                return
            status, body = (reply, b"oops") if isinstance(reply, int) else (200, reply)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    vendor.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield vendor
    finally:
        server.shutdown()
        server.server_close()
