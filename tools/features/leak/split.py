"""Adjusted price levels: the next split rewrites every price before it, so a level known today was never seen then.

A split of c for 1 divides all past prices of a symbol by c and multiplies its past volumes by c. A return, a
ratio or a score does not notice; a price, a share count, a rank of prices or a threshold in dollars does.
"""

from __future__ import annotations

import numpy as np

from tools.features.evidence import Check
from tools.features.leak.bars import CLOSE, PRICES, VOLUME
from tools.features.leak.case import Case
from tools.features.leak.compare import day, largest, pair, passed

RATIO = 64.0  # a power of two divides without rounding; large, so that a threshold in dollars is crossed
TOLERANCE = 1e-4  # a small constant in a denominator (1e-9) is not a price level


def split(case: Case) -> Check:
    """Split every other symbol after the last bar, the dearest first: no value may change."""
    levels = np.nansum(case.bars.cells[CLOSE], axis=0) / np.maximum(case.bars.alive.sum(axis=0), 1)
    chosen = np.argsort(-levels, kind="stable")[::2]
    values = case.bars.cells.copy()
    values[PRICES, :, chosen] /= RATIO
    values[VOLUME, :, chosen] *= RATIO
    later = case.compute(case.bars.with_cells(values))
    found = largest(case.base, later, tolerance=TOLERANCE, scale=case.scale)
    if found is None:
        return passed("split", "values are free of price levels: a later split changes nothing")
    before, after = pair(found.before, found.after)
    symbol, date = case.bars.columns[found.column], case.bars.index[found.row]
    others = "" if found.column in set(np.asarray(chosen).tolist()) else "of other symbols "
    return case.leak(
        "split",
        f"{case.id} uses price or share levels: a later split {others}changes its value for {symbol} on "
        f"{day(date)} from {before} to {after}.",
        found,
    )
