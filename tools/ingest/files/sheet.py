"""One file, read: every row of it, with its columns in their roles and the way they were read.

Clean CSV (ISO dates, plain numbers) goes through pyarrow's typed parser; anything else is read as text and parsed
column by column. Both give the same values. Cells that are no number become NaN and lines with the wrong number of
cells become rows without values, so that the checks after this see and count them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from tools.ingest.files.columns import PRICES, Mapping, guess, refuse
from tools.ingest.files.content import as_utf8, is_parquet, unpack
from tools.ingest.files.layout import Layout, find_layout
from tools.ingest.files.locate import read_bytes
from tools.ingest.files.numerals import NULLS, decimal_mark, is_simple, to_numbers
from tools.ingest.files.stamps import Stamps, looks_iso, parse_stamps
from tools.kernel.errors import BadRequest

DECIMALS = {".": "decimal point", ",": "decimal comma"}
NEW_LINE = 10
SEPARATOR_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file in its order. `symbols` is None without such a column; `prices` has open to volume."""

    name: str
    stem: str
    suffix: str
    body: bytes
    stamps: Stamps
    symbols: pd.Series | None
    prices: pd.DataFrame
    notes: tuple[str, ...]


def read_sheet(path: Path) -> Sheet:
    """Read a CSV or Parquet file, gzipped or not. Raises BadRequest, in one line, where it is not such a table."""
    body = read_bytes(path)
    content = unpack(body, path.name)
    stem = path.name.removesuffix(".gz").rpartition(".")[0] or path.name
    packed = ".gz" if content is not body else ""
    if is_parquet(content):
        cells, mapping, how = _parquet(content, path.name)
        decimal, ragged, suffix = ".", 0, "parquet"
    else:
        text = as_utf8(content, path.name)
        layout = find_layout(text, path.name)
        cells, decimal, ragged = _csv(text, layout, path.name)
        mapping, suffix = layout.mapping, "csv"
        how = f"; separated by {SEPARATOR_NAMES[layout.separator]}, {DECIMALS[decimal]}"
    prices, unread = _prices(cells, decimal, mapping)
    notes = [f"{path.name}: {mapping.sentence()}{how}."]
    if ragged:
        notes.append(
            f"{path.name}: {_count(ragged, 'line')} with the wrong number of cells, put aside without values."
        )
    prices, told = _whole_or_close(prices, mapping, path.name)
    notes += told
    if unread:
        notes.append(f"{path.name}: {_count(unread, 'cell')} not readable as a number, taken as missing.")
    stamps = parse_stamps(_ts(cells, mapping), path.name)
    symbols = cells["symbol"].astype("str").str.strip().str.upper() if "symbol" in cells else None
    return Sheet(path.name, stem, suffix + packed, body, stamps, symbols, prices, tuple(notes))


def _csv(text: bytes, layout: Layout, name: str) -> tuple[pd.DataFrame, str, int]:
    """Return the columns of a CSV by role, its decimal mark, and the number of lines with too many or few cells."""
    numbers = [layout.mapping.roles[role] for role in PRICES if role in layout.mapping.roles]
    samples = [cell for at in numbers for cell in layout.cells(at)]
    decimal = decimal_mark(samples, layout.separator, name)
    types = {f"c{at}": pa.string() for at in (*layout.mapping.ts, *layout.mapping.roles.values())}
    typed = dict(types)
    if is_simple(samples, decimal):
        typed |= {f"c{at}": pa.float64() for at in numbers}
    if len(layout.mapping.ts) == 1 and looks_iso(layout.cells(layout.mapping.ts[0])):
        typed[f"c{layout.mapping.ts[0]}"] = pa.timestamp("us")
    try:
        table, ragged = _parse(text, layout, typed, decimal)
    except pa.ArrowInvalid:
        try:
            table, ragged = _parse(text, layout, types, decimal)
        except pa.ArrowInvalid as error:
            raise _broken(name) from error
        decimal = _decimal_of_all(table, numbers, layout, name)
    if table.num_rows + ragged != count_lines(text, layout.offset):
        raise _broken(name)
    frame = pd.DataFrame({column: _to_pandas(table[column]) for column in table.column_names})
    if ragged:
        frame = pd.concat([frame, pd.DataFrame(index=range(ragged), columns=frame.columns)], ignore_index=True)
    return _by_role(frame, layout.mapping), decimal, ragged


def _broken(name: str) -> BadRequest:
    return BadRequest(
        f"{name} cannot be read as a table: a quote is not closed, or a cell has a line break.",
        hint="Export the file again, without such cells.",
    )


def count_lines(text: bytes, offset: int) -> int:
    """Return how many lines after `offset` are not empty: each has to come out of the parser as a row."""
    ends = (
        np.frombuffer(text, dtype="uint8", offset=offset - 1) == NEW_LINE
    )  # the header's own line end comes first
    return int((ends[:-1] & ~ends[1:]).sum())


def _parse(text: bytes, layout: Layout, types: dict[str, pa.DataType], decimal: str) -> tuple[pa.Table, int]:
    """Parse the rows with `types`. Raises pyarrow.ArrowInvalid where a cell is not of its type."""
    ragged = 0

    def count(_row: pa_csv.InvalidRow) -> str:
        nonlocal ragged
        ragged += 1
        return "skip"

    table = pa_csv.read_csv(
        pa.py_buffer(text)[layout.offset :],
        read_options=pa_csv.ReadOptions(column_names=[f"c{at}" for at in range(len(layout.mapping.header))]),
        parse_options=pa_csv.ParseOptions(delimiter=layout.separator, invalid_row_handler=count),
        convert_options=pa_csv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            null_values=list(NULLS),
            strings_can_be_null=True,
            decimal_point=decimal,
        ),
    )
    return table, ragged


def _decimal_of_all(table: pa.Table, numbers: list[int], layout: Layout, name: str) -> str:
    """Return the decimal mark by every cell of the number columns, not only those near the top."""
    cells = (cell for at in numbers for cell in table[f"c{at}"].unique().to_pylist() if cell)
    return decimal_mark(cells, layout.separator, name)


def _to_pandas(column: pa.ChunkedArray) -> pd.Series:
    return column.to_pandas()


def _by_role(frame: pd.DataFrame, mapping: Mapping) -> pd.DataFrame:
    """Rename the columns to their roles; time columns to ts0 and ts1."""
    names = {f"c{at}": role for role, at in mapping.roles.items()}
    names |= {f"c{at}": f"ts{order}" for order, at in enumerate(mapping.ts)}
    return frame.rename(columns=names)


def _parquet(content: bytes, name: str) -> tuple[pd.DataFrame, Mapping, str]:
    """Return the columns of a Parquet file by role; an index written by pandas counts as columns."""
    try:
        table = pa_parquet.read_table(io.BytesIO(content))
    except (pa.ArrowInvalid, OSError) as error:
        raise BadRequest(f"{name} is a damaged Parquet file.", hint="Download or export it again.") from error
    header = [column.removeprefix("__index_level_0__") for column in table.column_names]
    if header[-1:] == [""]:
        header, order = ["", *header[:-1]], [table.num_columns - 1, *range(table.num_columns - 1)]
        table = table.select(order)
    mapping = guess(header)
    if mapping is None:
        raise refuse(name, header)
    if not table.num_rows:
        raise BadRequest(f"{name} has no rows.", hint="Check that the export was complete.")
    used = (*mapping.ts, *mapping.roles.values())
    frame = pd.DataFrame({f"c{at}": table.column(at).to_pandas() for at in used})
    return _by_role(frame, mapping), mapping, ""


def _ts(cells: pd.DataFrame, mapping: Mapping) -> pd.Series:
    """Return the time column, or date and time joined by a blank."""
    if len(mapping.ts) == 1:
        return cells["ts0"]
    return cells["ts0"].astype("str").fillna("") + " " + cells["ts1"].astype("str").fillna("")


def _prices(cells: pd.DataFrame, decimal: str, mapping: Mapping) -> tuple[pd.DataFrame, int]:
    """Return open to volume as float64, and how many cells with content were not numbers."""
    columns, unread = {}, 0
    for role in PRICES:
        if role not in mapping.roles:
            columns[role] = pd.Series(np.nan, index=cells.index)
        elif pd.api.types.is_numeric_dtype(cells[role]):
            columns[role] = cells[role].astype("float64")
        else:
            present = cells[role].notna()
            columns[role] = to_numbers(cells[role].where(present, ""), decimal)
            unread += int((columns[role].isna() & present).sum())
    return pd.DataFrame(columns), unread


def _whole_or_close(prices: pd.DataFrame, mapping: Mapping, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Return prices in one of the two forms of a bar: open to volume, or the close alone; and what that changed."""
    absent = [role for role in PRICES if role not in mapping.roles]
    if absent == ["volume"]:
        return prices.assign(volume=0.0), [f"{name}: no volume column, so the volume is 0."]
    others = [role for role in PRICES if role in mapping.roles and role != "close"]
    if not absent or not others:
        return prices, []
    told = f"{name}: without {', '.join(absent)} a bar is its close alone; not used: {', '.join(others)}."
    return prices.assign(**dict.fromkeys(others, np.nan)), [told]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
