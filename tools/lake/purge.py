"""Remove a symbol from the lake, or a part of it.

The rows leave the current state in one new snapshot whose message says so; earlier states still have them, until
the retention policy lets those go (`slq data compact`). Loading the symbol again brings the rows back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tools.kernel.errors import BadRequest, NoData
from tools.lake.store import Lake
from tools.lake.tables import TABLES
from tools.lake.transaction import transaction
from tools.lake.verify import held_tables

Series = tuple[str, str, str, str]
"""Symbol, table, interval ("" where the table has none), source."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What to remove of one symbol: everything, or only of one source, one interval, or before a day."""

    symbol: str
    source: str | None = None
    interval: str | None = None
    before: date | None = None

    def __str__(self) -> str:
        """Return it in words, as for a message."""
        parts = [self.symbol]
        parts += [self.interval] if self.interval else []
        parts += [f"from {self.source}"] if self.source else []
        parts += [f"before {self.before}"] if self.before else []
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Purged:
    """The rows removed, by table; the series of which nothing is left; the snapshot without them."""

    rows: dict[str, int]
    gone: tuple[Series, ...]
    data_snapshot: int

    @property
    def total(self) -> int:
        """Rows of all tables."""
        return sum(self.rows.values())


def count(lake: Lake, selection: Selection) -> dict[str, int]:
    """Return how many rows of each table `selection` means, tables without any left out."""
    held = held_tables(lake)
    found = {name: _count(lake, name, selection) for name in TABLES if name in held and _covers(name, selection)}
    return {name: rows for name, rows in found.items() if rows}


def purge(lake: Lake, selection: Selection) -> Purged:
    """Remove the rows of `selection` in one transaction.

    Raises:
        NoData: there is no such row.
        BadRequest: nothing is named to remove.
        WorkspaceError: in use by another process, read-only, disk full; then nothing was removed.
    """
    if not selection.symbol:
        raise BadRequest("No symbol was named.", hint="Name one, for example AAPL.")
    rows = count(lake, selection)
    if not rows:
        raise NoData(f"The lake has nothing of {selection}.", hint="`slq data list` shows what there is.")
    before = _series(lake, selection.symbol)
    with lake.writer() as conn, transaction(conn, f"purge {selection}: {_told(rows)}"):
        where, values = _where(selection)
        for name in rows:
            conn.execute(f"DELETE FROM lake.{name} WHERE {where}", values)  # noqa: S608  our own names
    gone = tuple(sorted(before - _series(lake, selection.symbol)))
    return Purged(rows, gone, lake.snapshot_id())


def _covers(table: str, selection: Selection) -> bool:
    """Return whether `selection` reaches into `table`: a part of the symbol is a part of what has that column."""
    columns = TABLES[table].columns
    if selection.interval is not None and "interval" not in columns:
        return False
    return selection.before is None or "ts" in columns


def _where(selection: Selection) -> tuple[str, list[object]]:
    clauses = ["symbol = ?"]
    values: list[object] = [selection.symbol]
    for column, wanted in (("source", selection.source), ("interval", selection.interval)):
        if wanted is not None:
            clauses.append(f"{column} = ?")
            values.append(wanted)
    if selection.before is not None:
        clauses.append("ts < ?::DATE")
        values.append(selection.before)
    return " AND ".join(clauses), values


def _count(lake: Lake, table: str, selection: Selection) -> int:
    where, values = _where(selection)
    return int(lake.read(f"SELECT count(*) AS n FROM lake.{table} WHERE {where}", values)["n"].iloc[0])  # noqa: S608


def _series(lake: Lake, symbol: str) -> set[Series]:
    held = held_tables(lake)
    found: set[Series] = set()
    for name in TABLES:
        if name in held:
            interval = "interval" if "interval" in TABLES[name].columns else "''"
            rows = lake.read(
                f"SELECT DISTINCT {interval} AS cut, source FROM lake.{name} WHERE symbol = ?",  # noqa: S608
                [symbol],
            )
            found |= {(symbol, name, str(row.cut), str(row.source)) for row in rows.itertuples()}
    return found


def _told(rows: dict[str, int]) -> str:
    return ", ".join(f"{number:,} of {name}" for name, number in rows.items())
