"""Probes that change the future and look whether the past follows.

Every computation compares all rows up to the cut, so a statistic of the whole sample shows at any cut, and a
value that looks some bars ahead shows in the last rows before it. A look ahead on rare days only shows where a
cut falls on one of them: `every_bar.py` and `single_bars.py` are for those.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tools.features.evidence import Check
from tools.features.leak.bars import shocked_after
from tools.features.leak.case import Case
from tools.features.leak.compare import not_run, passed

TRUNCATIONS = 5
SHOCKS = 2


def truncation(case: Case) -> Check:
    """Leave out the bars after a day: no value up to that day may change."""
    cuts = case.cuts(TRUNCATIONS, probe=1)
    for cut in cuts:
        known = case.compute(case.bars.rows(0, cut + 1))
        if found := case.peek("truncation", cut, known, case.base, "once later bars exist"):
            return found
    return _verdict("truncation", len(cuts), "values stay as they are when later bars are left out, at {} days")


def future(case: Case) -> Check:
    """Put other prices, volumes and index closes after a day: no value up to that day may change."""
    cuts, rng = case.cuts(SHOCKS, probe=2), case.rng(3)
    for number, cut in enumerate(cuts):
        later = case.compute(shocked_after(case.bars, cut, 1 - 2 * (number % 2), rng))
        if found := case.peek("future", cut, case.base, later, "when only the bars after that change"):
            return found
    return _verdict("future", len(cuts), "values stay as they are when the bars after a day change, at {} days")


def delisting(case: Case) -> Check:
    """Let half of the symbols vanish after a day: no value up to that day may change."""
    cut = _middle(case)
    if cut is None:
        return not_run("delisting", "there is no value to compare")
    trading = np.flatnonzero(case.bars.alive[cut + 1 :].any(axis=0))
    gone = case.rng(4).permutation(trading)[: -(-len(trading) // 2)]
    values = case.bars.cells.copy()
    values[:, cut + 1 :, gone] = np.nan
    later = case.compute(case.bars.with_cells(values))
    found = case.peek("delisting", cut, case.base, later, "when symbols are delisted after it")
    return found or passed("delisting", "values do not depend on which symbols go on trading")


def listing(case: Case) -> Check:
    """Let symbols begin to trade after a day only: no value up to that day may change."""
    cut = _middle(case)
    trading = np.flatnonzero(case.bars.alive[0 if cut is None else cut + 1 :].any(axis=0))
    if cut is None or len(trading) < 2:  # noqa: PLR2004  with one symbol there is no past to be changed by a newcomer
        return not_run("listing", "that needs two symbols")
    new = case.rng(5).permutation(trading)[: -(-len(trading) // 3)]
    values = case.bars.cells.copy()
    values[:, : cut + 1, new] = np.nan
    late = case.bars.with_cells(values)
    known, later = case.compute(late.rows(0, cut + 1)), case.compute(late)
    found = case.peek("listing", cut, known, later, "when symbols are listed after it")
    return found or passed("listing", "values do not depend on symbols that are listed later")


def _middle(case: Case) -> int | None:
    """Return the middle one of three cuts."""
    cuts = case.cuts(3, probe=8)
    return cuts[len(cuts) // 2] if cuts else None


def _verdict(name: str, count: int, detail: str) -> Check:
    return passed(name, detail.format(count)) if count else not_run(name, "there is no value to compare")


PROBES: tuple[tuple[str, Callable[[Case], Check]], ...] = (
    ("truncation", truncation),
    ("future", future),
    ("delisting", delisting),
    ("listing", listing),
)
