"""What the attached lake holds of symbols, asked in the cheapest way that is exact.

The statistics of the Parquet files answer for most symbols in milliseconds: where every file of a symbol is from
one source, that is its source. Where they cannot tell (several sources, rows kept inside the catalogue by an older
version), the rows are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tools.lake.coverage import Choice, Extent, prefer

Rows = Callable[[str, list[Any]], list[tuple[Any, ...]]]
"""Runs a SELECT with parameters."""

META = "__ducklake_metadata_lake"
INLINED = f"""
SELECT inlined.table_name FROM {META}.ducklake_inlined_data_tables inlined
JOIN {META}.ducklake_table held USING (table_id) WHERE held.table_name = ?
"""  # noqa: S608  the names are our own
LIVE = "file.begin_snapshot <= ? AND (file.end_snapshot IS NULL OR file.end_snapshot > ?)"
ANY_FILE = f"""
SELECT 1 FROM {META}.ducklake_data_file file JOIN {META}.ducklake_table held USING (table_id)
WHERE held.table_name = ? AND {LIVE} LIMIT 1
"""  # noqa: S608
FILE_STATISTICS = f"""
FROM {META}.ducklake_data_file file
JOIN {META}.ducklake_table held ON held.table_id = file.table_id
JOIN {META}.ducklake_column col ON col.table_id = file.table_id
JOIN {META}.ducklake_file_column_stats stats
  ON stats.data_file_id = file.data_file_id AND stats.column_id = col.column_id
JOIN {META}.ducklake_file_partition_value part
  ON part.data_file_id = file.data_file_id AND part.partition_key_index = 0
"""
"""The statistics `stats` of each column `col` of each file of a table `held`; `part` is the symbol of the file."""
FILES = f"""
SELECT part.partition_value, kind.partition_value, min(stats.min_value), max(stats.max_value)
{FILE_STATISTICS}JOIN {META}.ducklake_file_partition_value kind
  ON kind.data_file_id = file.data_file_id AND kind.partition_key_index = 1
WHERE held.table_name = 'bars' AND col.column_name = 'source' AND {LIVE}
"""
FEW = 50
"""Up to so many symbols are listed in a query; planning with more costs more than looking at everything."""


class Holdings(NamedTuple):
    """What bars there are of the symbols asked for.

    Attributes:
        choices: for each symbol that has bars of the interval, the source to read and the others.
        only_symbols: certainly no other symbol has bars, of any interval.
        only_interval: certainly none of the files to read has bars of another interval.
    """

    choices: Mapping[str, Choice]
    only_symbols: bool
    only_interval: bool


def holdings(rows: Rows, symbols: Sequence[str], interval: str, version: int) -> Holdings:
    """Return what the snapshot `version` holds of `symbols` in `interval`."""
    files = [] if has_inlined(rows, "bars") else _files(rows, symbols, version)
    wanted = set(symbols)
    alone = {
        symbol: Choice(low)
        for symbol, kind, low, high in files
        if symbol in wanted and kind == interval and low == high
    }
    unclear = [symbol for symbol in symbols if symbol not in alone]
    read = prefer(extents(rows, unclear, interval, version)) if unclear else {}
    return Holdings(
        choices={**alone, **read},
        only_symbols=bool(files) and len(symbols) > FEW and all(symbol in wanted for symbol, *_ in files),
        only_interval=bool(files) and all(kind == interval for _, kind, *_ in files),
    )


def extents(rows: Rows, symbols: Sequence[str], interval: str, version: int) -> list[Extent]:
    """Return what there is of each symbol and source, from the rows themselves."""
    found = rows(
        f"SELECT symbol, source, min(ts), max(ts), count(*) FROM lake.bars AT (VERSION => ?) "  # noqa: S608
        f"WHERE {among(symbols)} AND interval = ? GROUP BY symbol, source ORDER BY symbol, source",
        [version, *symbols, interval],
    )
    return [Extent(*row) for row in found]


def symbols_of(rows: Rows, version: int) -> list[str]:
    """Return the symbols that have bars in the snapshot `version`, sorted."""
    if has_inlined(rows, "bars"):
        found = rows("SELECT DISTINCT symbol FROM lake.bars AT (VERSION => ?) ORDER BY symbol", [version])
        return [symbol for (symbol,) in found]
    return sorted({symbol for symbol, *_ in _files(rows, [], version)})


def _files(rows: Rows, symbols: Sequence[str], version: int) -> list[tuple[Any, ...]]:
    """Return symbol, interval, first and last source of the files; of all symbols where many are asked for."""
    few = 0 < len(symbols) <= FEW
    where = f"AND part.partition_value IN ({', '.join('?' * len(symbols))})" if few else ""
    return rows(f"{FILES} {where} GROUP BY ALL", [version, version, *(symbols if few else [])])


def among(symbols: Sequence[str]) -> str:
    """Return a condition with one placeholder a symbol: DuckLake then reads the files of these symbols only."""
    return f"symbol IN ({', '.join('?' * len(symbols))})"


def has_rows(rows: Rows, table: str, version: int) -> bool:
    """Return whether a table has rows: planning a read of one without costs more than reading a small one."""
    return bool(rows(ANY_FILE, [table, version, version])) or has_inlined(rows, table)


def has_inlined(rows: Rows, table: str) -> bool:
    """Return whether the catalogue itself holds rows of `table`; older versions wrote small loads there."""
    names = [name for (name,) in rows(INLINED, [table])]
    return any(rows(f"SELECT 1 FROM {META}.{name} LIMIT 1", []) for name in names)  # noqa: S608
