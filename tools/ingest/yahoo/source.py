"""Yahoo as a `tools.ingest.source.Source`: many symbols at once, each delivered or missing with a reason.

A symbol is delivered whole or not at all: if one of its requests fails for good, none of its rows are. Results are
in the order of the request, whatever the order of arrival. Ctrl-C returns at once; requests under way end by
themselves, and no new ones start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import datetime
from pathlib import Path

import pandas as pd

from tools.ingest.source import Fetched, Interval, Kind, Missing, Raw, Request
from tools.ingest.yahoo import NAME
from tools.ingest.yahoo.bars import fetch_bars
from tools.ingest.yahoo.client import forget_answers, set_up, ticker
from tools.ingest.yahoo.fundamentals import fetch_fundamentals
from tools.ingest.yahoo.news import fetch_news
from tools.ingest.yahoo.pace import Run, Undelivered
from tools.ingest.yahoo.part import Part
from tools.ingest.yahoo.session import YahooSession, shared_session
from tools.kernel.errors import BadRequest, SourceUnavailable
from tools.kernel.spec import Progress, utc_now
from tools.lake.tables import ACTIONS, BARS, FUNDAMENTALS, LISTINGS, NEWS, empty

SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9^=.\-]{0,23}")
"""What may stand in a request's address; Yahoo's own symbols all do."""

TABLES = {"bars": BARS, "actions": ACTIONS, "news": NEWS, "fundamentals": FUNDAMENTALS, "listings": LISTINGS}

TICK_S = 0.1


class YahooSource:
    """Bars, news and fundamentals from Yahoo. `cache` is the client's folder; `session_factory` is for tests."""

    name = NAME

    def __init__(
        self,
        cache: Path,
        *,
        now: Callable[[], datetime] = utc_now,
        session_factory: Callable[[], YahooSession] = shared_session,
    ) -> None:
        self._cache = cache
        self._now = now
        self._session_factory = session_factory

    def symbols(self, kind: Kind, interval: Interval) -> tuple[str, ...] | None:  # noqa: ARG002 - the Protocol's
        """Return None: only asking tells what Yahoo carries."""
        return None

    def fetch(self, request: Request, progress: Progress) -> Fetched:
        """Return what Yahoo has, symbol by symbol, with the reason for each symbol it does not deliver.

        Raises:
            SourceUnavailable: Yahoo cannot be reached at all.
            BadRequest: the range ends before it starts.
            WorkspaceError: the client's cache cannot be written.
        """
        if request.start and request.end and request.end < request.start:
            raise BadRequest(f"The range ends ({request.end}) before it starts ({request.start}).")
        set_up(self._cache)
        forget_answers()
        session = self._session_factory()
        run = Run(session.policy)
        outcomes = self._all(session, run, request, progress)
        missing = {
            symbol: error.missing for symbol, (error, _) in outcomes.items() if isinstance(error, Undelivered)
        }
        lost = [error for error, _ in outcomes.values() if isinstance(error, Undelivered) and error.unreachable]
        if lost and not run.reached:
            raise SourceUnavailable(
                f"{lost[0].missing.detail}.", hint="Check the network connection, or use another source."
            )
        parts = {symbol: (part, raw) for symbol, (part, raw) in outcomes.items() if isinstance(part, Part)}
        return Fetched(
            **{table: joined((part for part, _ in parts.values()), table) for table in TABLES},
            missing=missing,
            raw=tuple(each for _, raw in parts.values() for each in raw),
            notes=tuple(dict.fromkeys(note for part, _ in parts.values() for note in part.notes)),
        )

    def _all(
        self, session: YahooSession, run: Run, request: Request, progress: Progress
    ) -> Mapping[str, tuple[Part | Undelivered, list[Raw]]]:
        """Ask for every symbol, a few at a time, and report progress from this thread."""
        symbols = tuple(dict.fromkeys(request.symbols))
        futures = {session.pool.submit(self._one, session, run, request, symbol): symbol for symbol in symbols}
        pending: set[Future[tuple[Part | Undelivered, list[Raw]]]] = set(futures)
        try:
            progress("asking Yahoo", 0, len(symbols))
            while pending:
                done, pending = wait(pending, timeout=TICK_S, return_when=FIRST_COMPLETED)
                for future in done:
                    progress(f"loading {futures[future]}", len(symbols) - len(pending), len(symbols))
            return {symbol: future.result() for future, symbol in futures.items()}
        finally:
            run.stopped.set()
            for future in pending:
                future.cancel()

    def _one(
        self, session: YahooSession, run: Run, request: Request, symbol: str
    ) -> tuple[Part | Undelivered, list[Raw]]:
        if not SYMBOL.fullmatch(symbol.upper()):
            return Undelivered(Missing("symbol", "not a symbol Yahoo could have")), []
        with session.recording(symbol, run) as transcript:
            try:
                return self._part(session, request, symbol), transcript.raw
            except Undelivered as error:
                return transcript.failure or error, []

    def _part(self, session: YahooSession, request: Request, symbol: str) -> Part:
        view = ticker(symbol, session)
        if request.kind == "news":
            return fetch_news(view, symbol, request)
        if request.kind == "fundamentals":
            return fetch_fundamentals(view, symbol, request, self._now())
        return fetch_bars(view, symbol, request, self._now())


def joined(parts: Iterator[Part], table: str) -> pd.DataFrame:
    """Return the rows of `table` in all `parts`, in order."""
    frames = [part.frames[table] for part in parts if table in part.frames and len(part.frames[table])]
    return pd.concat(frames, ignore_index=True) if frames else empty(TABLES[table])
