"""Cuts at many days for features that compare symbols, where columns cannot be tried side by side (`every_bar.py`).

Single bars, further apart than the feature remembers, get other values in two opposite ways. Just before each of
them the two computations should agree; where they do not, an exact cut at that day decides, so that a long
memory cannot be mistaken for a look ahead. Some symbols lack the bars just before, because filling a gap
backward leaks only there.
"""

from __future__ import annotations

import numpy as np

from tools.features.evidence import Check
from tools.features.leak.bars import Bars, Rows, shocked
from tools.features.leak.case import Case
from tools.features.leak.compare import ROUNDING, not_run, passed, relative

PASSES = 2
CONFIRMED = 2  # days to cut at, of those that look suspicious
_FEWEST = 3


def single_bars(case: Case) -> Check:
    """Change single bars: no value just before one of them may change."""
    stride = case.settled + 2
    last = len(case.bars.index) - 1
    tried = 0
    for number, offset in enumerate(sorted({1 + stride * turn // PASSES for turn in range(PASSES)})):
        changed = np.arange(offset + case.settled, last, stride)
        if len(changed) < _FEWEST:
            return not_run(
                "single bars", f"{last + 1} bars are too few for a feature that remembers {case.settled}"
            )
        if found := _pass(case, changed, case.rng(30 + number)):
            return found
        tried += len(changed)
    return passed("single bars", f"values stay as they are whatever the next bar is, at {tried} bars")


def _pass(case: Case, changed: Rows, rng: np.random.Generator) -> Check | None:
    """Compare two versions of the bars at the rows `changed`; cut where the row before differs most."""
    holed = _holed(case.bars, changed, rng)
    seed = int(rng.integers(2**32))
    now, other = (case.compute(_changed(holed, changed, sign, seed)) for sign in (1, -1))
    before = changed - 1
    gaps = relative(now[before], other[before], case.scale).max(axis=1)
    for place in np.argsort(-gaps)[:CONFIRMED]:
        if gaps[place] <= ROUNDING:
            break
        cut = int(before[place])
        known = case.compute(_changed(holed, changed, 1, seed).rows(0, cut + 1))
        if found := case.peek("single bars", cut, known, now, "once later bars exist"):
            return found
    return None


def _changed(bars: Bars, rows: Rows, sign: int, seed: int) -> Bars:
    values = bars.cells.copy()
    values[:, rows] = shocked(values[:, rows], sign, np.random.default_rng(seed))
    return bars.with_cells(values)


def _holed(bars: Bars, changed: Rows, rng: np.random.Generator) -> Bars:
    """Return `bars` where at the row before each changed one up to a third of the symbols have no bar."""
    values = bars.cells.copy()
    count = values.shape[2]
    for row in changed - 1:
        values[:, row, rng.permutation(count)[: count // 3]] = np.nan
    return bars.with_cells(values)
