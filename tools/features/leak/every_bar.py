"""A cut at every single bar, for features that compute each symbol by itself.

A look ahead on rare days (the last of a quarter, a missing bar) hides from a few random cuts. Where a symbol's
value depends on that symbol only, one computation can try hundreds of cuts: every column is a copy of a symbol
with another future after its own cut. The columns' names are new, so code that leaks for one symbol by name is
left to the other probes. A feature that compares symbols cannot be tried in this way: its columns see each
other's futures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.features.evidence import Check
from tools.features.leak.bars import Bars, Rows, shocked
from tools.features.leak.case import Case, failed
from tools.features.leak.compare import day, largest, not_run, pair, passed

COLUMNS = 400
STRETCHES = 2
_FEWEST = 20
_TAIL = 3  # bars after the last cut
_HOLE, _LONG_HOLE = 3, 6  # every third column has no bar at its cut, every sixth none the bar before either


def cross_sectional(case: Case) -> bool:
    """Return whether a symbol's value depends on other symbols: put other prices into half of them and look."""
    bars = case.bars
    if len(bars.columns) == 1:
        values = np.concatenate([bars.cells, shocked(bars.cells, 1, case.rng(10))], axis=2)
        columns = pd.Index([*bars.columns, f"{bars.columns[0]}~"], name=bars.columns.name)
        beside = Bars(values, bars.index, columns, bars.market)
        return largest(case.base, case.compute(beside)[:, :1]) is not None
    values = bars.cells.copy()
    values[:, :, 1::2] = shocked(values[:, :, 1::2], 1, case.rng(10))
    now = case.compute(bars.with_cells(values))
    return largest(case.base[:, ::2], now[:, ::2]) is not None


def every_bar(case: Case) -> Check:
    """Change the future after every bar of two stretches of history: the value at that bar and before must stay."""
    count = min(COLUMNS, len(case.bars.index) - case.settled - _TAIL)
    if count < _FEWEST:
        return not_run("every bar", "history is too short to cut at each of its bars")
    rows = case.settled + count + _TAIL
    spare = len(case.bars.index) - rows
    rng = case.rng(11)
    starts = sorted({int(rng.integers(0, spare // 2 + 1)), int(rng.integers(spare // 2, spare + 1))})
    for start in starts[:STRETCHES]:
        window = case.bars.rows(start, start + rows)
        if found := _stretch(case, window, rng):
            return found
    return passed("every bar", f"values stay as they are whatever follows, at each of {count * len(starts)} bars")


def _stretch(case: Case, window: Bars, rng: np.random.Generator) -> Check | None:
    """Compare two futures after each cut of one stretch; None where all values before the cuts agree."""
    cuts = case.settled + np.arange(len(window.index) - case.settled - _TAIL)
    sources = _sources(window, cuts, rng)
    seed = int(rng.integers(2**32))
    now, other = (
        case.compute(_futures(window, sources, cuts, sign, np.random.default_rng(seed))) for sign in (1, -1)
    )
    after = np.arange(len(window.index))[:, None] > cuts
    found = largest(np.where(after, 0.0, now), np.where(after, 0.0, other), scale=case.scale[sources])
    if found is None:
        return None
    symbol, date = window.columns[sources[found.column]], window.index[found.row]
    values = pair(found.before, found.after)
    detail = (
        f"{case.id} peeks: its value for {symbol} on {day(date)} is {values[0]} or {values[1]}, depending on the "
        f"bars after {day(window.index[cuts[found.column]])}."
    )
    return failed("every bar", detail, symbol, date, found.size)


def _sources(window: Bars, cuts: Rows, rng: np.random.Generator) -> Rows:
    """Return for every cut the symbol to copy: one that has bars at the cut and after it, where there is one."""
    alive = window.alive
    chances = rng.random((len(cuts), alive.shape[1])) + alive[cuts] + alive[cuts + 1]
    best: Rows = chances.argmax(axis=1)
    return best


def _futures(window: Bars, sources: Rows, cuts: Rows, sign: int, rng: np.random.Generator) -> Bars:
    """Return one column a cut: a copy of its symbol, shocked after the cut, some without a bar at the cut."""
    values = window.cells[:, :, sources]
    after = np.arange(len(window.index))[:, None] > cuts
    values = np.where(after, shocked(values, sign, rng, alike=True), values)
    column = np.arange(len(cuts))
    holes, longer = column[::_HOLE], column[::_LONG_HOLE]
    values[:, cuts[holes], holes] = np.nan
    values[:, np.maximum(cuts[longer] - 1, 0), longer] = np.nan
    names = [f"{window.columns[source]}~{number}" for number, source in enumerate(sources)]
    return Bars(values, window.index, pd.Index(names, name=window.columns.name), window.market)
