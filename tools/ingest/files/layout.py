"""How a CSV file is laid out: its separator, where its header is, and the bytes after it.

The header is the first of the top lines that names a time and a close under some separator; what stands above it
("sep=;", a title) is skipped.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass

from tools.ingest.files.columns import Mapping, guess, refuse
from tools.kernel.errors import BadRequest

SEPARATORS = (",", ";", "\t", "|")
TOP_LINES = 30
LONGEST_LINE = 100_000
SAMPLE_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Layout:
    """The separator, the columns, the offset of the first row and the cells of the first rows, as text."""

    separator: str
    mapping: Mapping
    offset: int
    sample: tuple[tuple[str, ...], ...]

    def cells(self, at: int) -> list[str]:
        """Return the non-empty sample cells of a column."""
        return [row[at].strip() for row in self.sample if len(row) > at and row[at].strip()]


def find_layout(text: bytes, name: str) -> Layout:
    """Return the layout of a CSV file in UTF-8. Raises BadRequest where no header can be found."""
    offset = 0
    tops: list[str] = []
    while offset < len(text) and len(tops) < TOP_LINES:
        line, offset = _line(text, offset)
        tops.append(line)
        for separator in SEPARATORS:
            header = split(line, separator)
            mapping = guess(header) if len(header) > 1 else None
            if mapping is not None:
                if not text[offset : offset + SAMPLE_BYTES].strip():
                    raise BadRequest(
                        f"{name} has a header but no rows.", hint="Check that the export was complete."
                    )
                return Layout(separator, mapping, offset, _sample(text, offset, separator))
    raise _no_header(tops, name)


def split(line: str, separator: str) -> tuple[str, ...]:
    """Return the cells of one line; quotes are taken off."""
    return tuple(next(csv.reader([line], delimiter=separator), ()))


def _line(text: bytes, offset: int) -> tuple[str, int]:
    end = text.find(b"\n", offset)
    end = len(text) if end < 0 else end + 1
    return text[offset : min(end, offset + LONGEST_LINE)].decode(errors="replace").strip("\r\n"), end


def _sample(text: bytes, offset: int, separator: str) -> tuple[tuple[str, ...], ...]:
    """Return the cells of complete lines near the top."""
    piece = text[offset : offset + SAMPLE_BYTES]
    if offset + SAMPLE_BYTES < len(text):
        piece = piece[: piece.rfind(b"\n") + 1]
    return tuple(split(line, separator) for line in piece.decode(errors="replace").splitlines() if line.strip())


def _no_header(tops: list[str], name: str) -> BadRequest:
    """Return why there is no header; contents are named only of what looks like a table."""
    filled = [line for line in tops if line.strip()]
    rows = [max((split(line, each) for each in SEPARATORS), key=len) for line in filled]
    widest = max(rows, key=len, default=())
    if len(widest) < 2 or any(len(line) >= LONGEST_LINE for line in filled):  # noqa: PLR2004 - a table has two columns
        return BadRequest(
            f"{name} is not a table with a date and a price column.",
            hint="Name a CSV or Parquet file with a header row.",
        )
    first = next(row for row in rows if len(row) == len(widest))
    if any(cell[:1].isdigit() for cell in first):
        return BadRequest(
            f"{name} has no header row.",
            hint="Put the column names in the first line: Date,Open,High,Low,Close,Volume.",
        )
    return refuse(name, first)
