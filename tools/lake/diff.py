"""What changed between two snapshots: rows that came, rows whose values were restated, rows that went.

Both states are read and compared by key, so it holds whatever happened in between, and a value that was changed and
changed back is no difference. It says nothing about who was right: the vendor's restatement or the older value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import pandas as pd

from tools.kernel.errors import BadRequest
from tools.lake.coverage import find_version
from tools.lake.holdings import META
from tools.lake.seal import SEALED_TABLES
from tools.lake.store import Lake
from tools.lake.tables import TABLES, empty

Value = str | float | None
COMPARED = ("bars", "actions", "news", "fundamentals", "listings")


class Changed(NamedTuple):
    """Counts of one symbol in one table."""

    table: str
    symbol: str
    new: int
    restated: int
    removed: int


class Restated(NamedTuple):
    """One value that another one took the place of. `key` names the row, without the symbol."""

    table: str
    symbol: str
    ts: datetime | None
    key: str
    field: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class Diff:
    """The changes from snapshot `before` to snapshot `after`; `restated` holds at most the limit asked for."""

    before: int
    after: int
    changed: tuple[Changed, ...]
    restated: tuple[Restated, ...]
    truncated: bool


def diff(
    lake: Lake,
    *,
    before: int | datetime | None = None,
    after: int | datetime | None = None,
    symbols: Sequence[str] = (),
    tables: Sequence[str] = COMPARED,
    limit: int = 1000,
) -> Diff:
    """Compare two states of the lake; without `before` the snapshot ahead of `after`, without `after` the last.

    Sealed rows are counted; their values are not told.

    Raises:
        BadRequest: no such snapshot, or `before` does not come before `after`.
        NoData: nothing was recorded at the moment asked for.
    """
    known = lake.snapshots()
    last = known[-1].id if after is None else find_version(known, after)
    earlier = [each.id for each in known if each.id < last]
    first = (earlier[-1] if earlier else last) if before is None else find_version(known, before)
    if first > last:
        raise BadRequest(f"Snapshot {first} does not come before {last}.", hint="Swap the two.")
    parts = [compare(name, *_states(lake, name, first, last, symbols)) for name in tables]
    last_days = lake.readable(sorted({each.symbol for _, found in parts for each in found}))
    restated = [each for _, found in parts for each in found if not _is_sealed(each, last_days)]
    return Diff(
        before=first,
        after=last,
        changed=tuple(each for found, _ in parts for each in found),
        restated=tuple(restated[:limit]),
        truncated=len(restated) > limit,
    )


def _is_sealed(each: Restated, last_days: Mapping[str, date]) -> bool:
    last_day = last_days.get(each.symbol, date.max)
    return each.table in SEALED_TABLES and each.ts is not None and each.ts.date() > last_day


def compare(table: str, old: pd.DataFrame, new: pd.DataFrame) -> tuple[list[Changed], list[Restated]]:
    """Compare two frames in the columns of `table`, keys unique: counts by symbol, and every value restated."""
    key, values = list(TABLES[table].key), [name for name in TABLES[table].columns if name not in TABLES[table].key]
    both = old.merge(new, on=key, how="outer", suffixes=("_old", "_new"), indicator=True)
    both = both.sort_values(key, ignore_index=True)
    shared = both["_merge"] == "both"
    differs = pd.DataFrame({name: shared & _differs(both[f"{name}_old"], both[f"{name}_new"]) for name in values})
    marks = pd.DataFrame(
        {
            "symbol": both["symbol"],
            "new": both["_merge"] == "right_only",
            "restated": differs.any(axis=1),
            "removed": both["_merge"] == "left_only",
        }
    )
    counts = marks.groupby("symbol").sum()
    changed = [
        Changed(table, str(symbol), int(row["new"]), int(row["restated"]), int(row["removed"]))
        for symbol, row in counts[counts.any(axis=1)].iterrows()
    ]
    return changed, [_restated(table, both.loc[at], name) for name in values for at in both.index[differs[name]]]


def _states(
    lake: Lake, table: str, first: int, last: int, symbols: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of `table` that are in one state and not, or not equally, in the other."""
    nothing = empty(TABLES[table].columns)
    old, new = _select(table, first, symbols), _select(table, last, symbols)
    if not _has(lake, table, last):
        return nothing, nothing
    if not _has(lake, table, first):
        return nothing, lake.read(new, symbols)
    both = [*symbols, *symbols]
    return lake.read(f"{old} EXCEPT {new}", both), lake.read(f"{new} EXCEPT {old}", both)


def _select(table: str, version: int, symbols: Sequence[str]) -> str:
    where = f" WHERE symbol IN ({', '.join('?' * len(symbols))})" if symbols else ""
    return f"SELECT * FROM lake.{table} AT (VERSION => {version}){where}"  # noqa: S608  names and a number of ours


def _has(lake: Lake, table: str, version: int) -> bool:
    """Return whether the snapshot knows the table at all: older lakes had fewer."""
    held = lake.read(
        f"SELECT 1 FROM {META}.ducklake_table "  # noqa: S608  our own name
        "WHERE table_name = ? AND begin_snapshot <= ? AND (end_snapshot IS NULL OR end_snapshot > ?)",
        [table, version, version],
    )
    return not held.empty


def _differs(old: pd.Series, new: pd.Series) -> pd.Series:
    return (old != new) & ~(old.isna() & new.isna())


def _restated(table: str, row: pd.Series, field: str) -> Restated:
    key = [name for name in TABLES[table].key if name not in {"symbol", "ts"}]
    return Restated(
        table=table,
        symbol=str(row["symbol"]),
        ts=pd.Timestamp(row["ts"]).to_pydatetime() if "ts" in TABLES[table].key else None,
        key=" ".join(str(row[name]) for name in key),
        field=field,
        old=_plain(row[f"{field}_old"]),
        new=_plain(row[f"{field}_new"]),
    )


def _plain(value: Any) -> Value:
    if pd.isna(value):
        return None
    return float(value) if isinstance(value, int | float) else str(value)
