"""The lake: bars and corporate actions in DuckLake tables, every past state readable.

A write is one transaction and one snapshot; writing the same rows again writes nothing. A crash leaves the last
whole snapshot. Reads take `as_of`: a snapshot number, or a moment, meaning what was known then.

Within a process one thread uses a lake at a time (others wait); opening it again inside the same thread gives the
same `Lake`. Between processes many may read, one may write, nobody reads while one writes. A crash may leave
Parquet files that no snapshot names; they are harmless.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from tools.kernel.errors import BadRequest, SLQError, WorkspaceError
from tools.kernel.paths import Workspace
from tools.lake.adjust import Adjust, adjusted
from tools.lake.coverage import Extent, Snapshot, choose_sources, find_version, nothing_between
from tools.lake.engine import CATALOG, attach, create, engine_for, plain_errors
from tools.lake.query import Answer, run_query
from tools.lake.tables import ACTION_KEY, ACTIONS, BAR_KEY, BARS, conform
from tools.lake.upsert import Change, upsert

THREAD_WAIT_SECONDS = 60.0
VALUES = "symbol, ts, open, high, low, close, volume"

_TURN = threading.RLock()
_OPEN: dict[Path, Lake] = {}


class Holding(NamedTuple):
    """What the lake has of one symbol. `written_at` is when its newest rows were stored."""

    symbol: str
    interval: str
    source: str
    first: datetime
    last: datetime
    rows: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class WriteReport:
    """The snapshot that holds the rows, and what was new or restated, by symbol (bars only)."""

    snapshot_id: int
    bars: dict[str, Change]

    @property
    def new_rows(self) -> int:
        """New bars of all symbols."""
        return sum(change.new_rows for change in self.bars.values())

    @property
    def changed_rows(self) -> int:
        """Restated bars of all symbols."""
        return sum(change.changed_rows for change in self.bars.values())


class Lake:
    """An open lake; get one from `open_lake`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._conn: duckdb.DuckDBPyConnection | None = None

    def snapshot_id(self) -> int:
        """Return the number of the current snapshot."""
        return int(self._rows("SELECT id FROM ducklake_current_snapshot('lake')")[0][0])

    def snapshots(self) -> list[Snapshot]:
        """Return all snapshots that have tables, oldest first."""
        rows = self._rows(
            "SELECT snapshot_id, epoch_us(snapshot_time), coalesce(commit_message, '') "
            "FROM ducklake_snapshots('lake') WHERE snapshot_id > 0 ORDER BY snapshot_id"
        )
        return [Snapshot(number, _moment(micros), message) for number, micros, message in rows]

    def write_bars(self, bars: pd.DataFrame, actions: pd.DataFrame, *, message: str) -> WriteReport:
        """Store bars and actions (columns of `tools.lake.tables`) in one transaction.

        A row is identified by symbol, interval, ts and source (an action by symbol, ts, kind and source); a row
        with other values replaces the stored one, an equal row writes nothing. Keys are unique within a frame.

        Raises ValueError for malformed frames, WorkspaceError where the disk fails (nothing is stored then).
        """
        bars, actions = conform(bars, BARS), conform(actions, ACTIONS)
        for frame, key in ((bars, BAR_KEY), (actions, ACTION_KEY)):
            if frame.duplicated(list(key)).any() or frame[list(key)].isna().any(axis=None):
                raise ValueError(f"rows must be unique and complete in {', '.join(key)}")
        with self.writer() as conn:
            changes = upsert(conn, bars, actions, message=message)
        return WriteReport(self.snapshot_id(), changes)

    def bars(
        self,
        symbols: Sequence[str],
        *,
        interval: str = "1d",
        start: date | None = None,
        end: date | None = None,
        as_of: int | datetime | None = None,
        adjust: Adjust = "total",
    ) -> pd.DataFrame:
        """Return bars as a long frame: symbol, ts, open, high, low, close, volume, close_raw.

        `ts` is naive UTC, rows are sorted by ts then symbol; `start` and `end` are both included. `as_of` is a
        snapshot number or a moment (naive means UTC): what was known then. Adjustment: `tools.lake.adjust`.

        A symbol that is in the lake but has no bar between `start` and `end` is simply absent.

        Raises:
            NoData: a symbol is not in the lake, or no symbol has a bar in the range.
            BadRequest: end before start, no such snapshot, or a symbol held from several sources.
        """
        if start is not None and end is not None and start > end:
            raise BadRequest(f"The end {end} is before the start {start}.", hint="Swap the two dates.")
        wanted = list(dict.fromkeys(symbols))
        if not wanted:
            raise BadRequest("No symbol was named.", hint="Name at least one, for example AAPL.")
        with self._transaction():
            version = self._version(as_of)
            extents = self._extents(wanted, interval, version)
            sources = choose_sources(wanted, extents, interval)
            first, last = start or date.min, end or date.max
            frame = self._frame(
                f"SELECT {VALUES} FROM lake.bars AT (VERSION => ?) "  # noqa: S608
                f"WHERE {_among(wanted)} AND interval = ? AND ts >= ?::DATE AND ts < ?::DATE + INTERVAL 1 DAY "
                "ORDER BY ts, symbol",
                [version, *wanted, interval, first, last],
            )
            if frame.empty:
                raise nothing_between(extents, start, end)
            actions = self._frame(
                f"SELECT * FROM lake.actions AT (VERSION => ?) WHERE {_among(wanted)} ORDER BY ts",  # noqa: S608
                [version, *wanted],
            )
        return adjusted(frame, actions[actions["source"] == actions["symbol"].map(sources)], adjust)

    def inventory(self) -> list[Holding]:
        """Return what the lake holds, one row for each symbol, interval and source."""
        times = {snapshot.id: snapshot.time for snapshot in self.snapshots()}
        rows = self._rows(
            "SELECT symbol, interval, source, min(ts), max(ts), count(*), max(snapshot_id) "
            "FROM lake.bars GROUP BY symbol, interval, source ORDER BY symbol, interval, source"
        )
        return [
            Holding(symbol, interval, source, first, last, count, times[snapshot])
            for symbol, interval, source, first, last, count, snapshot in rows
        ]

    def query(self, sql: str, *, row_limit: int = 1000, timeout_seconds: float = 10) -> Answer:
        """Return columns, rows and whether rows were cut off, for one SELECT over bars, actions and symbols.

        Raises BadRequest for anything else, for errors in it, and when time or memory runs out.
        """
        self.close()  # DuckDB attaches a file once a process
        with plain_errors(self.path):
            return run_query(self.path, sql, row_limit=row_limit, timeout_seconds=timeout_seconds)

    def read(self, sql: str, parameters: Sequence[object] = ()) -> pd.DataFrame:
        """Return the rows of a SELECT over `lake.*`. For the modules of this package: nothing here fences it in."""
        return self._frame(sql, list(parameters))

    @contextmanager
    def writer(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Attach the lake for writing, alone, and give the connection to a module of this package.

        Raises WorkspaceError: in use by another process, read-only, disk full.
        """
        self.close()
        with plain_errors(self.path):
            conn = engine_for(self.path)
            attach(conn, self.path, read_only=False)
            try:
                yield conn
            finally:
                conn.execute("DETACH lake")  # ends the exclusive lock and folds the log into the catalogue

    def close(self) -> None:
        """Let go of the files; the next read takes them again."""
        if self._conn is not None:
            with self._guarded():
                self._conn.execute("DETACH lake")
            self._conn = None

    def _reader(self) -> duckdb.DuckDBPyConnection:
        if self._conn is None:
            conn = engine_for(self.path)
            attach(conn, self.path, read_only=True)
            self._conn = conn
        return self._conn

    def _rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        with self._guarded():
            return self._reader().execute(sql, parameters).fetchall()

    def _frame(self, sql: str, parameters: list[Any]) -> pd.DataFrame:
        with self._guarded():
            return self._reader().execute(sql, parameters).df()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Read several things from one state; also twice as fast as one by one."""
        with self._guarded():
            conn = self._reader()
            conn.execute("BEGIN")
        try:
            yield
        finally:
            if self._conn is conn:
                with self._guarded():
                    conn.execute("ROLLBACK")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Explain failures of DuckDB; after one the connection is not used again."""
        try:
            with plain_errors(self.path):
                yield
        except (SLQError, duckdb.Error):
            self._conn = None
            raise

    def _version(self, as_of: int | datetime | None) -> int:
        return self.snapshot_id() if as_of is None else find_version(self.snapshots(), as_of)

    def _extents(self, symbols: list[str], interval: str, version: int) -> list[Extent]:
        rows = self._rows(
            f"SELECT symbol, source, min(ts), max(ts) FROM lake.bars AT (VERSION => ?) "  # noqa: S608
            f"WHERE {_among(symbols)} AND interval = ? GROUP BY symbol, source ORDER BY symbol, source",
            [version, *symbols, interval],
        )
        return [Extent(*row) for row in rows]


def _among(symbols: list[str]) -> str:
    """Return a condition with one placeholder a symbol: DuckLake then reads the files of these symbols only."""
    return f"symbol IN ({', '.join('?' * len(symbols))})"


def _moment(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


@contextmanager
def open_lake(workspace: Workspace) -> Iterator[Lake]:
    """Open the lake of `workspace`, making an empty one where there is none.

    Raises WorkspaceError: locked by another process, read-only, disk full, or damaged.
    """
    path = workspace.lake
    if not _TURN.acquire(timeout=THREAD_WAIT_SECONDS):
        raise WorkspaceError("The lake is busy.", hint="Wait until the running work ends, then repeat.")
    try:
        if path in _OPEN:
            yield _OPEN[path]
            return
        if not lake_exists(workspace):
            with plain_errors(path):
                create(path)
        lake = _OPEN[path] = Lake(path)
        try:
            yield lake
        finally:
            del _OPEN[path]
            lake.close()
    finally:
        _TURN.release()


def lake_exists(workspace: Workspace) -> bool:
    """Return whether `workspace` has a lake yet; opens nothing."""
    return (workspace.lake / CATALOG).exists()


def lake_symbols(workspace: Workspace) -> tuple[str, ...]:
    """Return the symbols held, sorted; () where there is no lake yet, and none is made."""
    if not lake_exists(workspace):
        return ()
    with open_lake(workspace) as lake:
        return tuple(sorted({holding.symbol for holding in lake.inventory()}))
