"""Tables of records, as every view draws them. Pure: nothing here prints, reads or decides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rich.table import Table
from rich.text import Text

from copilot.untrusted import plain
from tools.catalog import find_tool
from tools.kernel.format import format_value
from tools.kernel.types import unit_of

Record = Mapping[str, Any]
FIRST_YEAR, LAST_YEAR = 1800, 2200
_YEAR = re.compile(r"(?<![a-z])years?(?![a-z])", re.IGNORECASE)
_UNNAMED = ("index", "ts")


def few(names: Sequence[str], most: int) -> str:
    """Return `names` in a line; of more than `most` the first, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def new_table(*columns: str, numeric: int = 1) -> Table:
    """Return an empty table; the columns from number `numeric` on hold numbers."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="quiet")
    for position, name in enumerate(columns):
        number = position >= numeric
        made.add_column(plain(name), justify="right" if number else "left", overflow="fold", no_wrap=number)
    return made


def record_rows(
    tool: str,
    field: str,
    record: Record,
    names: Sequence[str],
    numeric: int = 1,
    *,
    labels: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """Return a table of the records in `field` of a tool's result, with a column for each of `names`.

    A column is headed by its name in `labels`, else by that of the field.
    """
    model = find_tool(tool).result
    units = [unit_of(model, f"{field}.{name}") for name in names]
    made = new_table(*(labels.get(name, name.replace("_", " ")) for name in names), numeric=numeric)
    for item in record[field]:
        made.add_row(*(plain(format_value(item[name], unit)) for name, unit in zip(names, units, strict=True)))
    return made


def year_columns(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> frozenset[int]:
    """Return the places of the columns that hold years, which are written without a thousands separator.

    By their name; the labels of a table, which often have none of their own, by their values too.
    """
    return frozenset(
        place
        for place, name in enumerate(columns)
        if (_YEAR.search(name) or (place == 0 and name in _UNNAMED and len(columns) > 1))
        and rows
        and all(isinstance(row[place], int) and FIRST_YEAR <= row[place] <= LAST_YEAR for row in rows)
    )


def warning_lines(record: Record) -> Text:
    """Return the record's warnings, a line each."""
    text = Text()
    for warning in record.get("warnings", ()):
        text.append_text(plain(f"\n! {warning}", "warn"))
    return text
