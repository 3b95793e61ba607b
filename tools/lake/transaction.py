"""One change of the lake: all of it or nothing, with a message that says why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


@contextmanager
def transaction(conn: duckdb.DuckDBPyConnection, message: str) -> Iterator[None]:
    """Commit what the block did to the attached `lake` as one snapshot with `message`; undo it where it fails."""
    conn.execute("BEGIN")
    try:
        yield
        conn.execute("CALL lake.set_commit_message('slq', ?)", [message])
        conn.execute("COMMIT")
    except BaseException:  # Ctrl-C included: nothing half-done stays
        _roll_back(conn)
        raise


def _roll_back(conn: duckdb.DuckDBPyConnection) -> None:
    try:
        conn.execute("ROLLBACK")
    except duckdb.Error:
        return  # a failed COMMIT has rolled back already; the first error is the one to report
