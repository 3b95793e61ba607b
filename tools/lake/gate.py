"""One writer at a time where the catalogue is on a server.

DuckLake lets two processes append at once and has no unique keys: both would find a row new, both would store it.
So a writer holds an advisory lock of the PostgreSQL database from before it looks until after it commits. The lock
belongs to a session, so a process that dies lets go of it. Readers wait for nobody. A catalogue in a file needs no
gate: DuckDB locks the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from tools.lake.engine import POSTGRES, LakePlace, quoted

LOCK = 736_310_051
WAIT_MILLISECONDS = 60_000
"""As long as a thread waits for another one of its process."""


@contextmanager
def one_writer(conn: duckdb.DuckDBPyConnection, place: LakePlace) -> Iterator[None]:
    """Hold the lock of the lake on its server; nothing to do where the catalogue is a file.

    Raises duckdb.Error, which `tools.lake.engine.explain` reads: "lock timeout", or no connection.
    """
    if place.file is not None:
        yield
        return
    conn.execute(f"ATTACH {quoted(place.catalog.removeprefix(POSTGRES))} AS gate (TYPE postgres)")
    try:
        with conn.cursor() as keeper:
            keeper.execute("BEGIN")
            for statement in (
                f"SET LOCAL lock_timeout = {WAIT_MILLISECONDS}",
                f"SELECT pg_advisory_xact_lock({LOCK})",
            ):
                keeper.execute(f"CALL postgres_execute('gate', {quoted(statement)})")
            yield
            keeper.execute("ROLLBACK")
    finally:
        conn.execute("DETACH gate")
