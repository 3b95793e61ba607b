"""The lake: bars, corporate actions, news and figures in DuckLake tables, every past state readable.

A write is one transaction and one snapshot; writing the same rows again writes nothing. A crash leaves the last
whole snapshot. Reads take `as_of`: a snapshot number, or a moment, meaning what was known then.

Within a process one thread uses a lake at a time (others wait); opening it again inside the same thread gives the
same `Lake`. Between processes many may read, one may write, nobody reads while one writes. A lake that was read
stays attached for a moment (`tools.lake.rest`), since a question is seldom one read and attaching is half of a
small one; a writer elsewhere waits that long. A crash may leave Parquet files that no snapshot names; they are
harmless.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd

from tools.kernel.errors import BadRequest, WorkspaceError
from tools.kernel.paths import Workspace
from tools.lake.adjust import Adjust, adjusted
from tools.lake.connection import ReadConnection
from tools.lake.coverage import Choice, Snapshot, find_version
from tools.lake.engine import LakePlace, Stamp, attach, create, engine_for, place_of, plain_errors
from tools.lake.gate import one_writer
from tools.lake.holdings import holdings, symbols_of
from tools.lake.keys import arranged, incomplete
from tools.lake.query import Answer, run_query
from tools.lake.reading import Reader, read_bars
from tools.lake.rest import Rest
from tools.lake.seal import Span, last_open_days, spans
from tools.lake.tables import TABLES, conform
from tools.lake.upsert import WriteReport, upsert

THREAD_WAIT_SECONDS = 60.0

_TURN = threading.RLock()
_OPEN: dict[LakePlace, Lake] = {}
_RESTING: Rest[tuple[LakePlace, Stamp], Lake] = Rest(_TURN)
_MADE: set[LakePlace] = set()
"""Lakes on a server that this process has seen to exist."""


class Holding(NamedTuple):
    """What the lake has of one symbol. `written_at` is when its newest rows were stored."""

    symbol: str
    interval: str
    source: str
    first: datetime
    last: datetime
    rows: int
    written_at: datetime


class Lake:
    """An open lake; get one from `open_lake`."""

    def __init__(self, place: LakePlace) -> None:
        self.place = place
        self._reader = ReadConnection(place)

    @property
    def path(self) -> Path:
        """The folder of this machine that belongs to the lake."""
        return self.place.folder

    def snapshot_id(self) -> int:
        """Return the number of the current snapshot."""
        return int(self._reader.facts("SELECT id FROM ducklake_current_snapshot('lake')")[0][0])

    def snapshots(self) -> list[Snapshot]:
        """Return all snapshots that have tables, oldest first."""
        rows = self._reader.rows(
            "SELECT snapshot_id, epoch_us(snapshot_time), coalesce(commit_message, '') "
            "FROM ducklake_snapshots('lake') WHERE snapshot_id > 0 ORDER BY snapshot_id"
        )
        return [Snapshot(number, _moment(micros), message) for number, micros, message in rows]

    def write(self, frames: Mapping[str, pd.DataFrame], *, message: str) -> WriteReport:
        """Store frames, by name of their table (`tools.lake.tables.TABLES`), in one transaction and one snapshot.

        A row is identified by the key of its table; one with other values replaces the stored one, an equal one
        writes nothing, and without any difference there is no new snapshot. Keys are unique within a frame.

        Raises ValueError for malformed frames, WorkspaceError where the disk fails (nothing is stored then).
        """
        ready = {name: _checked(name, frame) for name, frame in frames.items()}
        with self.writer() as conn:
            changes = upsert(conn, ready, message=message)
        return WriteReport(self.snapshot_id(), changes)

    def write_bars(self, bars: pd.DataFrame, actions: pd.DataFrame, *, message: str) -> WriteReport:
        """Store bars and actions: see `write`."""
        return self.write({"bars": bars, "actions": actions}, message=message)

    def bars(
        self,
        symbols: Sequence[str],
        *,
        interval: str = "1d",
        start: date | None = None,
        end: date | None = None,
        as_of: int | datetime | None = None,
        adjust: Adjust = "total",
        source: str | None = None,
        sealed: bool = True,
    ) -> pd.DataFrame:
        """Return bars as a long frame: symbol, ts, open, high, low, close, volume, close_raw.

        `ts` is naive UTC, rows are sorted by symbol then ts; `start` and `end` are both included. `as_of` is a
        snapshot number or a moment (naive means UTC): what was known then. Adjustment: `tools.lake.adjust`.

        Vendors are never mixed: a symbol is read from `source`, or where none is named from the one that reaches
        furthest, then has most rows (`sources` says which). A symbol that is in the lake but has no bar between
        `start` and `end` is simply absent. The sealed holdout is left out (`tools.lake.seal`), unless `sealed` is
        False: that is for opening it and for today's positions only.

        Raises:
            NoData: a symbol is not in the lake (from `source`), or no symbol has a bar in the range.
            BadRequest: end before start, or no such snapshot.
        """
        if start is not None and end is not None and start > end:
            raise BadRequest(f"The end {end} is before the start {start}.", hint="Swap the two dates.")
        wanted = list(dict.fromkeys(symbols))
        if not wanted:
            raise BadRequest("No symbol was named.", hint="Name at least one, for example AAPL.")
        with self._reader.transaction():
            current = self.snapshot_id()
            version = current if as_of is None else self.version(as_of)
            reader = Reader(self._reader.rows, self._reader.facts, self._reader.table, version, current)
            frame, actions = read_bars(reader, wanted, interval, start=start, end=end, source=source, sealed=sealed)
        return adjusted(frame, actions, adjust, interval)

    def sources(
        self, symbols: Sequence[str], *, interval: str = "1d", as_of: int | datetime | None = None
    ) -> dict[str, Choice]:
        """Return for each of `symbols` that has bars the source that a read uses, and the others that hold it."""
        wanted = list(dict.fromkeys(symbols))
        with self._reader.transaction():
            return (
                dict(holdings(self._reader.facts, wanted, interval, self.version(as_of)).choices) if wanted else {}
            )

    def readable(self, symbols: Sequence[str]) -> dict[str, date]:
        """Return the last day that may be read of each of `symbols` that has a sealed part."""
        held = last_open_days(self.spans())
        return {symbol: held[symbol] for symbol in symbols if symbol in held}

    def spans(self) -> dict[str, Span]:
        """Return the times of the first and the last bar of every symbol, over all intervals and sources."""
        return spans(self._reader.facts)

    def tables(self) -> frozenset[str]:
        """Return the names of the tables there are; a lake of an older version has fewer until it is written."""
        return self._reader.tables()

    def symbols(self, *, as_of: int | datetime | None = None) -> tuple[str, ...]:
        """Return the symbols that have bars, or had them at `as_of`, sorted. Raises BadRequest: no such state."""
        with self._reader.transaction():
            return tuple(symbols_of(self._reader.facts, self.version(as_of)))

    def inventory(self) -> list[Holding]:
        """Return what the lake holds, one row for each symbol, interval and source."""
        times = {snapshot.id: snapshot.time for snapshot in self.snapshots()}
        rows = self._reader.rows(
            "SELECT symbol, interval, source, min(ts), max(ts), count(*), max(snapshot_id) "
            "FROM lake.bars GROUP BY symbol, interval, source ORDER BY symbol, interval, source"
        )
        oldest = min(
            times.values(), default=datetime.max.replace(tzinfo=UTC)
        )  # rows may be of a state let go since
        return [
            Holding(symbol, interval, source, first, last, count, times.get(snapshot, oldest))
            for symbol, interval, source, first, last, count, snapshot in rows
        ]

    def query(self, sql: str, *, row_limit: int = 1000, timeout_seconds: float = 10) -> Answer:
        """Return columns, rows and whether rows were cut off, for one SELECT over the tables and `symbols`.

        Raises BadRequest for anything else, for errors in it, and when time or memory runs out.
        """
        self.close()  # DuckDB attaches a file once a process
        with plain_errors(self.place):
            return run_query(self.place, sql, row_limit=row_limit, timeout_seconds=timeout_seconds)

    def read(self, sql: str, parameters: Sequence[object] = ()) -> pd.DataFrame:
        """Return the rows of a SELECT over `lake.*`. For the modules of this package: nothing here fences it in."""
        return self._reader.frame(sql, list(parameters))

    @contextmanager
    def writer(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Attach the lake for writing, alone, and give the connection to a module of this package.

        Raises WorkspaceError: in use by another process, read-only, disk full.
        """
        self.close()
        with plain_errors(self.place):
            conn = engine_for(self.place)
            with one_writer(conn, self.place):
                attach(conn, self.place, read_only=False)
                try:
                    yield conn
                finally:
                    conn.execute("DETACH lake")  # ends the exclusive lock and folds the log into the catalogue

    def close(self) -> None:
        """Let go of the files; the next read takes them again."""
        self._reader.close()

    def version(self, as_of: int | datetime | None) -> int:
        """Return the number of the snapshot meant by `as_of`; the current one for None."""
        return self.snapshot_id() if as_of is None else find_version(self.snapshots(), as_of)


def _checked(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` in the columns of its table and in order. Raises ValueError."""
    columns, key = TABLES[name]
    rows = conform(frame, columns)
    ordered, again = arranged(rows, key)
    if again.any() or incomplete(rows, key).any():
        raise ValueError(f"rows must be unique and complete in {', '.join(key)}")
    return ordered


def _moment(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


@contextmanager
def open_lake(workspace: Workspace) -> Iterator[Lake]:
    """Open the lake of `workspace`, making an empty one where there is none.

    Raises WorkspaceError: locked by another process, read-only, disk full, or damaged.
    """
    place = place_of(workspace)
    if not _TURN.acquire(timeout=THREAD_WAIT_SECONDS):
        raise WorkspaceError("The lake is busy.", hint="Wait until the running work ends, then repeat.")
    try:
        if place in _OPEN:
            yield _OPEN[place]
            return
        lake = _RESTING.take((place, place.stamp())) or Lake(place)
        if place not in _MADE and (place.file is None or not place.file.exists()):
            with plain_errors(place), one_writer(engine_for(place), place):
                create(place)
            if place.file is None:
                _MADE.add(place)
        _OPEN[place] = lake
        try:
            yield lake
        finally:
            del _OPEN[place]
            _RESTING.put((place, place.stamp()), lake)
    finally:
        _TURN.release()


def lake_exists(workspace: Workspace) -> bool:
    """Return whether `workspace` has a lake yet, opening nothing; one on a server is taken to be there."""
    file = place_of(workspace).file
    return file is None or file.exists()


def lake_symbols(workspace: Workspace, *, as_of: int | None = None) -> tuple[str, ...]:
    """Return the symbols held, sorted; () where there is no lake yet, and none is made.

    With `as_of`, those of that snapshot. Raises BadRequest where there is no such snapshot.
    """
    if not lake_exists(workspace):
        return ()
    with open_lake(workspace) as lake:
        return lake.symbols(as_of=as_of)
