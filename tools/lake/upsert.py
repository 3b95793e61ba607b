"""Write rows by key, and only those that differ: one DuckLake transaction for bars and actions together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import duckdb
import pandas as pd

from tools.lake.tables import ACTION_KEY, ACTIONS, BAR_KEY, BARS


class Change(NamedTuple):
    """Rows of one symbol that were not there before, and rows whose values were restated."""

    new_rows: int
    changed_rows: int


def upsert(
    conn: duckdb.DuckDBPyConnection, bars: pd.DataFrame, actions: pd.DataFrame, *, message: str
) -> dict[str, Change]:
    """Merge both frames into the attached `lake`; return what changed in bars, by symbol of the frame.

    All or nothing. Without any difference no snapshot is made.
    """
    conn.execute("BEGIN")
    try:
        changes = _merge(conn, "bars", bars, BARS, BAR_KEY)
        _merge(conn, "actions", actions, ACTIONS, ACTION_KEY)
        conn.execute("CALL lake.set_commit_message('slq', ?)", [message])
        conn.execute("COMMIT")
    except BaseException:  # Ctrl-C included: nothing half-done stays
        _roll_back(conn)
        raise
    return changes


def _roll_back(conn: duckdb.DuckDBPyConnection) -> None:
    try:
        conn.execute("ROLLBACK")
    except duckdb.Error:
        return  # a failed COMMIT has rolled back already; the first error is the one to report


def _merge(
    conn: duckdb.DuckDBPyConnection,
    table: str,
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    key: tuple[str, ...],
) -> dict[str, Change]:
    """Merge `frame` into `table`. Names come from `tools.lake.tables`, never from outside."""
    if frame.empty:
        return {}
    values = [name for name in columns if name not in key]
    same = " AND ".join(f"held.{name} = came.{name}" for name in key)
    differs = " OR ".join(f"held.{name} IS DISTINCT FROM came.{name}" for name in values)
    listed = ", ".join(columns)
    conn.register("came_rows", frame)
    try:
        counts = conn.execute(
            f"SELECT came.symbol, count(*) FILTER (held.symbol IS NULL), "  # noqa: S608
            f"count(*) FILTER (held.symbol IS NOT NULL AND ({differs})) "
            f"FROM came_rows came LEFT JOIN lake.{table} held ON {same} GROUP BY came.symbol ORDER BY came.symbol"
        ).fetchall()
        if any(new or changed for _, new, changed in counts):
            conn.execute(  # the names are our own
                f"MERGE INTO lake.{table} held USING (SELECT * FROM came_rows ORDER BY {', '.join(key)}) came "  # noqa: S608
                f"ON {same} WHEN MATCHED AND ({differs}) THEN "
                f"UPDATE SET {', '.join(f'{name} = came.{name}' for name in values)} "
                f"WHEN NOT MATCHED THEN INSERT ({listed}) VALUES ({', '.join(f'came.{n}' for n in columns)})"
            )
    finally:
        conn.unregister("came_rows")
    return {symbol: Change(new, changed) for symbol, new, changed in counts}
