"""Reading from an attached lake: attached at the first question, let go by `close`.

After a failure the connection is not used again; the next question makes a new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pandas as pd

from tools.kernel.errors import SLQError
from tools.lake.engine import LakePlace, attach, engine_for, is_engine_of, plain_errors, tables_of


class ReadConnection:
    """The lake at `place`, read-only. Every method raises WorkspaceError where the disk or the server fails."""

    def __init__(self, place: LakePlace) -> None:
        self.place = place
        self._conn: duckdb.DuckDBPyConnection | None = None
        self._known: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT."""
        with self._guarded():
            return self._attached().execute(sql, parameters).fetchall()

    def facts(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return rows about snapshots and their files: while we hold the catalogue nobody changes them."""
        if self.place.file is None:  # a server lets others write meanwhile
            return self.rows(sql, parameters)
        question = (sql, *map(str, parameters or []))
        if question not in self._known:
            self._known[question] = self.rows(sql, parameters)
        return self._known[question]

    def table(self, sql: str, parameters: list[Any]) -> pd.DataFrame:
        """Return text, numbers and times only, as fast as possible."""
        with self._guarded():
            frame: pd.DataFrame = self._attached().execute(sql, parameters).to_arrow_table().to_pandas()
        return frame

    def frame(self, sql: str, parameters: list[Any]) -> pd.DataFrame:
        """Return the rows of a SELECT with columns of any type."""
        with self._guarded():
            return self._attached().execute(sql, parameters).df()

    def tables(self) -> frozenset[str]:
        """Return the names of the tables there are."""
        with self._guarded():
            return tables_of(self._attached())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Read several things from one state; also twice as fast as one by one."""
        with self._guarded():
            conn = self._attached()
            conn.execute("BEGIN")
        try:
            yield
        finally:
            if self._conn is conn and is_engine_of(self.place, conn):
                with self._guarded():
                    conn.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the files."""
        conn, self._conn = self._conn, None
        self._known.clear()
        if conn is not None and is_engine_of(self.place, conn):
            with self._guarded():
                conn.execute("DETACH lake")

    def _attached(self) -> duckdb.DuckDBPyConnection:
        if self._conn is None or not is_engine_of(self.place, self._conn):
            conn = engine_for(self.place)
            attach(conn, self.place, read_only=True)
            self._conn, self._known = conn, {}
        return self._conn

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Explain failures of DuckDB; after one the connection is not used again."""
        try:
            with plain_errors(self.place):
                yield
        except (SLQError, duckdb.Error):
            self._conn = None
            self._known.clear()
            raise
