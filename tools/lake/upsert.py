"""Write rows by key, and only those that differ: one DuckLake transaction for all tables together.

Where nothing held can overlap what came, rows are appended without looking further; else one join finds what is new
and what was restated, and only that is written. A row that a vendor no longer delivers stays: absence is not a
correction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import duckdb
import pandas as pd
import pyarrow as pa

from tools.lake.engine import complete
from tools.lake.tables import TABLES, Table
from tools.lake.transaction import transaction


class Change(NamedTuple):
    """Rows of one symbol that were not there before, and rows whose values were restated."""

    new_rows: int
    changed_rows: int


Changes = dict[str, dict[str, Change]]
"""What changed: table -> symbol -> counts."""


@dataclass(frozen=True, slots=True)
class WriteReport:
    """The snapshot that holds the rows, and what was new or restated, by table and symbol."""

    snapshot_id: int
    changes: Changes

    @property
    def bars(self) -> dict[str, Change]:
        """What changed in bars, by symbol."""
        return self.changes.get("bars", {})

    @property
    def new_rows(self) -> int:
        """New bars of all symbols."""
        return sum(change.new_rows for change in self.bars.values())

    @property
    def changed_rows(self) -> int:
        """Restated bars of all symbols."""
        return sum(change.changed_rows for change in self.bars.values())


def upsert(conn: duckdb.DuckDBPyConnection, frames: Mapping[str, pd.DataFrame], *, message: str) -> Changes:
    """Merge the frames, by table, into the attached `lake`; return what changed, by symbol of each frame.

    All or nothing. Without any difference no snapshot is made. Tables that the lake lacks are added.
    """
    with transaction(conn, message):
        complete(conn)
        return {name: _merge(conn, name, frame) for name, frame in frames.items() if not frame.empty}


def _merge(conn: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> dict[str, Change]:
    """Merge `frame` into the table `name`. Names come from `tools.lake.tables`, never from outside."""
    came = pa.Table.from_pandas(frame, preserve_index=False)
    near, bounds = _near(TABLES[name], frame)
    conn.register("came_rows", came)
    try:
        if not conn.execute(f"SELECT 1 FROM lake.{name} held WHERE {near} LIMIT 1", bounds).fetchall():  # noqa: S608
            conn.execute(f"INSERT INTO lake.{name} SELECT * FROM came_rows")  # noqa: S608
            return {str(symbol): Change(int(rows), 0) for symbol, rows in frame["symbol"].value_counts().items()}
        return _write_differences(conn, name, near, bounds)
    finally:
        conn.unregister("came_rows")


def _near(table: Table, frame: pd.DataFrame) -> tuple[str, list[object]]:
    """Return a condition on `held` that every row with a key in `frame` meets: it says which files to read."""
    symbols = [str(symbol) for symbol in frame["symbol"].unique()]
    condition = f"held.symbol IN ({', '.join('?' * len(symbols))})"
    if "ts" not in table.key:
        return condition, [*symbols]
    first, last = frame["ts"].min().to_pydatetime(), frame["ts"].max().to_pydatetime()
    return f"{condition} AND held.ts BETWEEN ? AND ?", [*symbols, first, last]


def _write_differences(
    conn: duckdb.DuckDBPyConnection, name: str, near: str, bounds: list[object]
) -> dict[str, Change]:
    """Write the rows of `came_rows` that are not in the table `name`, or are there with other values."""
    table = TABLES[name]
    same = " AND ".join(f"held.{column} = came.{column}" for column in table.key)
    differs = " OR ".join(f"held.{column} IS DISTINCT FROM came.{column}" for column in table.restatable) or "false"
    found = conn.execute(
        f"SELECT came.*, held.symbol IS NOT NULL AS known FROM came_rows came "  # noqa: S608
        f"LEFT JOIN (SELECT * FROM lake.{name} held WHERE {near}) held ON {same} "
        f"WHERE held.symbol IS NULL OR {differs}",
        bounds,
    ).to_arrow_table()
    conn.register("different", found)
    try:
        counts = dict.fromkeys(
            (str(symbol) for (symbol,) in conn.execute("SELECT DISTINCT symbol FROM came_rows").fetchall()),
            Change(0, 0),
        )
        counts |= {
            symbol: Change(new, changed)
            for symbol, new, changed in conn.execute(
                "SELECT symbol, count(*) FILTER (NOT known), count(*) FILTER (known) FROM different GROUP BY symbol"
            ).fetchall()
        }
        _apply(conn, name, same, counts)
    finally:
        conn.unregister("different")
    return counts


def _apply(conn: duckdb.DuckDBPyConnection, name: str, same: str, counts: Mapping[str, Change]) -> None:
    table = TABLES[name]
    if any(change.new_rows for change in counts.values()):
        conn.execute(
            f"INSERT INTO lake.{name} SELECT {', '.join(table.columns)} FROM different WHERE NOT known "  # noqa: S608
            f"ORDER BY {', '.join(table.key)}"
        )
    if any(change.changed_rows for change in counts.values()):
        conn.execute(
            f"MERGE INTO lake.{name} held USING (SELECT * FROM different WHERE known) came ON {same} "  # noqa: S608
            f"WHEN MATCHED THEN UPDATE SET {', '.join(f'{column} = came.{column}' for column in table.restatable)}"
        )
