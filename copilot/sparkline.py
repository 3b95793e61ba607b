"""Numbers as one line of blocks: ▁ is the lowest, █ the highest, a gap is a number that is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

BLOCKS = "▁▂▃▄▅▆▇█"
EIGHTHS = "▏▎▍▌▋▊▉█"
LEVEL = BLOCKS[3]


def sparkline(values: Sequence[float | None]) -> str:
    """Return one character a value; numbers that are all alike make a level line."""
    known = [value for value in values if value is not None and isfinite(value)]
    if not known:
        return " " * len(values)
    low, high = min(known), max(known)
    return "".join(" " if value is None or not isfinite(value) else _block(value, low, high) for value in values)


def _block(value: float, low: float, high: float) -> str:
    if low == high:
        return LEVEL
    share = (value / 2 - low / 2) / (high / 2 - low / 2)  # halves: the range of two large numbers may overflow
    return BLOCKS[min(int(share * len(BLOCKS)), len(BLOCKS) - 1)]


def bar(value: float, largest: float, width: int) -> str:
    """Return a bar for |value|, `width` characters long for `largest`; at least a sliver unless it is 0."""
    if not value or not largest:
        return ""
    eighths = max(round(abs(value) / largest * width * len(EIGHTHS)), 1)
    whole, rest = divmod(min(eighths, width * len(EIGHTHS)), len(EIGHTHS))
    return EIGHTHS[-1] * whole + (EIGHTHS[rest - 1] if rest else "")
