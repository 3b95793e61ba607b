"""Is the lake whole? Every file that the catalogue names, every row against its contract, what is in quarantine.

A file is read to its end: it must be there, of the recorded size, decode, and hold the recorded number of rows, for
every snapshot that is kept, not only the last. A change of a value that leaves a file readable and of the same size
is not found here: the vendor's own bytes are what has hashes (`tools.ingest.raw`). Files in a bucket are not
fetched; they are counted as unchecked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tools.lake.holdings import META
from tools.lake.sessions import INTERVAL_MINUTES
from tools.lake.store import Lake
from tools.lake.tables import KINDS, TABLES

SLACK = "1e-9"
"""Relative slack of high and low against open and close: rounding, not error."""

NAMED_FILES = f"""
SELECT held.table_name, s.path AS schema_path, held.path AS table_path, file.path, file.path_is_relative,
       file.file_size_bytes AS size, file.record_count AS records
FROM {META}.ducklake_data_file file
JOIN {META}.ducklake_table held USING (table_id) JOIN {META}.ducklake_schema s USING (schema_id)
UNION ALL
SELECT held.table_name, s.path, held.path, file.path, file.path_is_relative, file.file_size_bytes, file.delete_count
FROM {META}.ducklake_delete_file file
JOIN {META}.ducklake_table held USING (table_id) JOIN {META}.ducklake_schema s USING (schema_id)
"""  # noqa: S608  the names are our own

ALL_GIVEN = "open IS NOT NULL AND high IS NOT NULL AND low IS NOT NULL AND volume IS NOT NULL"
CLOSE_ONLY = "open IS NULL AND high IS NULL AND low IS NULL AND volume IS NULL"
INTERVALS = ", ".join(f"'{interval}'" for interval in ("1d", *INTERVAL_MINUTES))

CONTRACTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "bars": {
            "a price is missing": f"close IS NULL OR NOT (({ALL_GIVEN}) OR ({CLOSE_ONLY}))",
            "a price is not positive and finite": " OR ".join(
                f"NOT isfinite({name}) OR {name} <= 0" for name in ("open", "high", "low", "close")
            ),
            "the high is below another price": f"high < greatest(open, low, close) * (1 - {SLACK})",
            "the low is above another price": f"low > least(open, high, close) * (1 + {SLACK})",
            "the volume is negative or not finite": "NOT isfinite(volume) OR volume < 0",
            "the interval is unknown": f"interval NOT IN ({INTERVALS})",
            "a daily bar is not at midnight": "interval = '1d' AND ts <> date_trunc('day', ts)",
        },
        "actions": {
            "the kind is unknown": f"kind NOT IN ({', '.join(repr(kind) for kind in KINDS)})",
            "the value is not positive and finite": "value IS NULL OR NOT isfinite(value) OR value <= 0",
        },
    }
)


class FileFault(NamedTuple):
    """A file that the catalogue names and that is not as it should be."""

    path: str
    problem: str


class RowFault(NamedTuple):
    """Rows of one symbol that break the contract of their table."""

    table: str
    symbol: str
    reason: str
    rows: int


class Quarantined(NamedTuple):
    """Vendor rows of one symbol that never entered their table."""

    symbol: str
    reason: str
    rows: int


class NamedFile(NamedTuple):
    """A file as the catalogue records it."""

    place: str
    size_bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at and what was found wrong."""

    snapshots: int
    files: int
    unchecked_files: int
    size_bytes: int
    rows: dict[str, int]
    file_faults: tuple[FileFault, ...]
    row_faults: tuple[RowFault, ...]
    quarantined: tuple[Quarantined, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; rows in quarantine are not in the lake, so they are no fault of it."""
        return not self.file_faults and not self.row_faults


def verify(lake: Lake) -> Verification:
    """Check every file and, where all files are readable, every row. Reads the whole lake."""
    files = named_files(lake)
    here = [file for file in files if "://" not in file.place]
    faults = tuple(fault for file in here if (fault := check_file(file)) is not None)
    tables = [] if faults else held_tables(lake)
    return Verification(
        snapshots=len(lake.snapshots()),
        files=len(files),
        unchecked_files=len(files) - len(here),
        size_bytes=sum(file.size_bytes for file in files),
        rows={name: _count(lake, name) for name in tables},
        file_faults=faults,
        row_faults=tuple(fault for name in tables for fault in row_faults(lake, name)),
        quarantined=_quarantined(lake) if "quarantine" in tables else (),
    )


def named_files(lake: Lake) -> list[NamedFile]:
    """Return every Parquet file that a kept snapshot needs: rows, and which of them were deleted."""
    root = lake.place.files.rstrip("/") + "/"
    return [
        NamedFile(
            f"{root}{row.schema_path}{row.table_path}{row.path}" if row.path_is_relative else str(row.path),
            int(row.size),
            int(row.records),
        )
        for row in lake.read(NAMED_FILES).itertuples()
    ]


def check_file(file: NamedFile) -> FileFault | None:
    """Read one file to its end; return what is wrong with it, or None."""
    path = Path(file.place)
    try:
        size = path.stat().st_size
        if size != file.size_bytes:
            return FileFault(file.place, f"it has {size:,} bytes, the catalogue says {file.size_bytes:,}")
        rows = sum(batch.num_rows for batch in pq.ParquetFile(path).iter_batches())
    except FileNotFoundError:
        return FileFault(file.place, "it is missing")
    except (OSError, pa.ArrowException) as error:
        return FileFault(file.place, f"it cannot be read: {' '.join(str(error).split())[:200]}")
    if rows != file.rows:
        return FileFault(file.place, f"it has {rows:,} rows, the catalogue says {file.rows:,}")
    return None


def row_faults(lake: Lake, table: str) -> list[RowFault]:
    """Return the rows of the current state that break the contract of `table`: its key, then its values."""
    key = ", ".join(TABLES[table].key)
    repeats = lake.read(
        f"SELECT symbol, sum(n - 1) AS broken FROM "  # noqa: S608  our own names
        f"(SELECT {key}, count(*) AS n FROM lake.{table} GROUP BY {key} HAVING n > 1) "
        "GROUP BY symbol ORDER BY symbol"
    )
    found = [
        RowFault(table, str(row.symbol), "the key is not unique", int(row.broken)) for row in repeats.itertuples()
    ]
    for reason, broken in CONTRACTS.get(table, {}).items():
        counts = lake.read(
            f"SELECT symbol, count(*) AS broken FROM lake.{table} WHERE {broken} "  # noqa: S608  our own names
            "GROUP BY symbol ORDER BY symbol"
        )
        found += [RowFault(table, str(row.symbol), reason, int(row.broken)) for row in counts.itertuples()]
    return found


def held_tables(lake: Lake) -> list[str]:
    """Return the names of the tables there are, in our order: lakes of older versions have fewer."""
    held = set(lake.read("SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake'")["table_name"])
    return [name for name in TABLES if name in held]


def _count(lake: Lake, table: str) -> int:
    return int(lake.read(f"SELECT count(*) AS n FROM lake.{table}")["n"].iloc[0])  # noqa: S608  our own name


def _quarantined(lake: Lake) -> tuple[Quarantined, ...]:
    counts = lake.read(
        "SELECT symbol, reason, count(*) AS n FROM lake.quarantine GROUP BY symbol, reason ORDER BY symbol, reason"
    )
    return tuple(Quarantined(str(row.symbol), str(row.reason), int(row.n)) for row in counts.itertuples())
