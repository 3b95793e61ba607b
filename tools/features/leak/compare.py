"""When two computations of one feature are the same, and how to say where they are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.features.evidence import Check
from tools.features.leak.bars import Array

ROUNDING = 1e-9
_SHORTEST, _LONGEST = 4, 17  # significant digits of a double


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest difference between two tables of values."""

    row: int
    column: int
    before: float
    after: float

    @property
    def size(self) -> float | None:
        """How much the value changes; None where one of the two is unknown or infinite."""
        size = abs(self.after - self.before)
        return float(size) if np.isfinite(size) else None


def typical(values: Array) -> Array:
    """Return the usual size of each column, its median absolute value that is not 0; 0 where there is none."""
    known = np.where(np.isfinite(values) & (values != 0), np.abs(values), np.nan)
    out = np.zeros(values.shape[1])
    some = ~np.isnan(known).all(axis=0)
    out[some] = np.nanmedian(known[:, some], axis=0)
    return out


def relative(before: Array, after: Array, scale: Array | None = None) -> Array:
    """Return |after - before| over the larger of the two and the column's usual size; 0 where both are the same.

    Infinite where just one is known, or where an infinity differs. `scale` (one a column) is the usual size to take
    where the tables are too short to tell.
    """
    usual = typical(before) if scale is None else scale
    with np.errstate(invalid="ignore", divide="ignore"):
        yardstick = np.maximum(np.fmax(np.abs(before), np.abs(after)), usual)
        gap = np.abs(after - before) / yardstick
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    return np.where(same, 0.0, np.where(np.isnan(gap), np.inf, gap))


def largest(
    before: Array, after: Array, *, tolerance: float = ROUNDING, scale: Array | None = None
) -> Difference | None:
    """Return the largest difference beyond `tolerance`, the latest of equal ones; None where there is none."""
    gaps = relative(before, after, scale)
    if gaps.size == 0 or gaps.max() <= tolerance:
        return None
    finite = np.isfinite(gaps) & (gaps > tolerance)
    wanted = np.where(finite, gaps, 0.0) if finite.any() else gaps  # two numbers say more than a number and a gap
    row, column = np.unravel_index(wanted.size - 1 - np.argmax(wanted[::-1, ::-1]), wanted.shape)
    return Difference(int(row), int(column), float(before[row, column]), float(after[row, column]))


def number(value: float) -> str:
    """Return a value in a few digits, or "unknown"."""
    return "unknown" if np.isnan(value) else f"{value:.{_SHORTEST}g}"


def pair(before: float, after: float) -> tuple[str, str]:
    """Return two different values in as few digits as show that they differ."""
    for digits in range(_SHORTEST, _LONGEST + 1):
        texts = ["unknown" if np.isnan(value) else f"{value:.{digits}g}" for value in (before, after)]
        if texts[0] != texts[1]:
            break
    return texts[0], texts[1]


def day(stamp: pd.Timestamp) -> str:
    """Return a bar's time stamp: a date, with the time of day where it has one."""
    return str(stamp.date()) if stamp == stamp.normalize() else f"{stamp:%Y-%m-%d %H:%M} UTC"


def passed(name: str, detail: str) -> Check:
    """Return a probe that found nothing."""
    return Check(name=name, passed=True, detail=detail)


def not_run(name: str, why: str) -> Check:
    """Return a probe that could not run."""
    return Check(name=name, passed=None, detail=f"not run: {why}")
