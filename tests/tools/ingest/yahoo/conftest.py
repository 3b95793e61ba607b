"""The loopback Yahoo, and a source that talks to it through the real client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yfinance
from yahoo_server import YahooServer
from yfinance import cache as client_cache
from yfinance.data import SingletonMeta

from tools.ingest.source import Fetched, Request
from tools.ingest.yahoo.client import set_up
from tools.ingest.yahoo.pace import Policy
from tools.ingest.yahoo.session import YahooSession
from tools.ingest.yahoo.source import YahooSource
from tools.kernel.spec import silent

QUICK = Policy(
    interval_s=0.0,
    attempts=3,
    first_wait_s=0.01,
    longest_wait_s=1.5,
    jitter_s=0.01,
    connect_s=0.4,
    timeout_s=0.4,
    cookie_timeout_s=0.4,
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[YahooServer]:
    made = YahooServer(tmp_path_factory.mktemp("ca"))
    yield made
    made.close()


@pytest.fixture
def yahoo(running: YahooServer) -> YahooServer:
    """Return the server without listings, faults or memory."""
    running.listed, running.faults, running.asked, running.crumb_needed = {}, [], [], False
    return running


@pytest.fixture
def fresh_client() -> Iterator[None]:
    """Give yfinance, which keeps its state for the whole process, a new state."""

    def reset() -> None:
        SingletonMeta._instances.clear()
        client_cache._TzCacheManager._tz_cache = None
        client_cache._CookieCacheManager._Cookie_cache = None
        set_up.cache_clear()

    reset()
    yield
    reset()
    yfinance.config.debug.hide_exceptions = True


@pytest.fixture
def source(yahoo: YahooServer, tmp_path: Path, fresh_client: None) -> Iterator[Callable[..., YahooSource]]:
    """Return a maker of sources that talk to the loopback server; its arguments change the policy."""
    sessions: list[YahooSession] = []

    def make(*, trusted: bool = True, options: dict[str, Any] | None = None, **policy: Any) -> YahooSource:
        session = YahooSession(replace(QUICK, **policy), **(options or yahoo.options(trusted=trusted)))
        sessions.append(session)
        return YahooSource(tmp_path / "cache", now=lambda: yahoo.now, session_factory=lambda: session)

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def fetch(source: Callable[..., YahooSource]) -> Callable[..., Fetched]:
    """Return a function that fetches symbols from the loopback server with a new source."""

    def call(*symbols: str, start: str | None = None, end: str | None = None, **options: Any) -> Fetched:
        kind, interval = options.pop("kind", "bars"), options.pop("interval", "1d")
        first, last = (date.fromisoformat(day) if day else None for day in (start, end))
        return source(**options).fetch(Request(symbols, kind, interval, first, last), silent)

    return call
