"""Warm-up: from which bar on a value no longer depends on where history starts.

A value that depends on it forever (a mean since the beginning, an all-time high, a count of bars) does not look
ahead, but means something else on every other download of the same data: it cannot be repeated, and it is
refused.

Measured on the library and seeded markets: one declared warm-up after the start, recursive averages still differ
by 0.01 to 0.1 % of their usual size, two after it by 0.00001 %; features with a window do not differ at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tools.features.evidence import Check
from tools.features.leak.bars import PRICES, Array, Mask, Rows
from tools.features.leak.case import Case, failed
from tools.features.leak.compare import day, largest, not_run, pair, passed, relative

AGREEMENT = 1e-3
SETTLING = 2  # times the declared warm-up
LEFT_OUT = (0.2, 0.4)  # shares of history
REWRITTEN = 0.3  # share of history
FACTOR = 4.0  # by which rewritten prices are too high or too low
NEVER = 0.9  # share of the remaining bars
ROUGH_AGREEMENT = 1e-2  # where bars are few
MOST = 0.05  # share of values that may differ by more than that
_FEWEST = 20


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """The values from row `start` on, as they are and with another history before `start`.

    Attributes:
        ages: bars of each symbol since `start`.
        how: what is different: "when history starts at 2008-07-16".
    """

    start: int
    values: Array
    other: Array
    ages: Rows
    how: str


def warm_up(case: Case) -> tuple[Check, int]:
    """Compare the values with those of other histories; return also the warm-up, measured where none is declared.

    With a declared warm-up, values agree within 0.1 % of their usual size from twice that many bars on: by
    convention a recursive average has forgotten 99.9 % of its seed, not all of it, when its warm-up is over, and a
    rank of such averages turns on less. Where bars are too few for that, 95 % of the values after the warm-up agree
    within 1 %.
    """
    declared = case.signal.warmup
    known = declared
    for history in _histories(case):
        gaps = relative(history.values, history.other, case.scale)
        differ = gaps > AGREEMENT
        if declared:
            wrong = _wrong(gaps, history.ages, declared)
        else:
            known = max(known, int(np.where(differ, history.ages, 0).max()))
            wrong = differ & (history.ages > NEVER * history.ages[-1])
            if wrong.any() and not np.isfinite(np.where(wrong, history.values + history.other, np.nan)).any():
                return not_run("warm-up", f"{len(case.bars.index)} bars are too few to see when it settles"), known
        if wrong.any():
            return _failure(case, history, wrong), known
    if known >= len(case.bars.index) - _FEWEST:
        return not_run("warm-up", f"{len(case.bars.index)} bars are too few for its warm-up of {known}"), known
    return passed("warm-up", f"values do not depend on where history starts after {known} bars"), known


def _histories(case: Case) -> Iterator[Other]:
    """Yield shorter histories, then, without a declared warm-up, rewritten ones: record highs need not be near."""
    bars, declared = len(case.bars.index), case.signal.warmup
    for share in LEFT_OUT:
        start = min(int(bars * share), bars - declared - _FEWEST)
        if start > 0:
            other = case.compute(case.bars.rows(start, bars))
            how = f"when history starts at {day(case.bars.index[start])}"
            yield Other(start, case.base[start:], other, _ages(case, start), how)
    start = int(bars * REWRITTEN)
    for factor in () if declared else (FACTOR, 1 / FACTOR):
        values = case.bars.cells.copy()
        values[PRICES, :start, ::2] *= factor
        values[PRICES, :start, 1::2] /= factor
        other = case.compute(case.bars.with_cells(values))[start:]
        how = f"when prices before {day(case.bars.index[start])} were other ones"
        yield Other(start, case.base[start:], other, _ages(case, start), how)


def _wrong(gaps: Array, ages: Rows, declared: int) -> Mask:
    """Return where values differ although the warm-up is over."""
    if ages.max() >= SETTLING * declared + _FEWEST:
        return (gaps > AGREEMENT) & (ages > SETTLING * declared)
    past = ages > declared
    rough = (gaps > ROUGH_AGREEMENT) & past
    return rough & bool(rough.sum() > MOST * past.sum())


def _ages(case: Case, start: int) -> Rows:
    """Return how many bars each symbol has since `start`; the fewest of all, where symbols are compared.

    A symbol that is listed after `start` has the same history either way, so it is no reason to wait.
    """
    alive = case.bars.alive
    ages: Rows = alive[start:].cumsum(axis=0)
    if not case.cross_sectional:
        return ages
    waiting = alive[start:] & alive[:start].any(axis=0)
    youngest = np.where(waiting, ages, len(alive)).min(axis=1, keepdims=True)
    fewest: Rows = np.minimum(ages, youngest)
    return fewest


def _failure(case: Case, history: Other, wrong: Mask) -> Check:
    """Return the failed probe, with the largest of the differences in `wrong`."""
    sides = (np.where(wrong, side, 0.0) for side in (history.values, history.other))
    found = largest(*sides, tolerance=AGREEMENT, scale=case.scale)
    if found is None:
        raise AssertionError("values that differ agree")
    date, symbol = case.bars.index[history.start + found.row], case.bars.columns[found.column]
    before, after = pair(found.before, found.after)
    age, declared = history.ages[found.row, found.column], case.signal.warmup
    late = f", {age} bars after that and past its warm-up of {declared}" if declared else ""
    detail = (
        f"{case.id} depends on where history starts: its value for {symbol} on {day(date)} is {before}, but "
        f"{after} {history.how}{late}."
    )
    return failed("warm-up", detail, symbol, date, found.size)
