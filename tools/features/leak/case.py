"""One feature under examination: its bars, its values on them, and the days at which probes cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.features.evidence import Check
from tools.features.feature import Signal
from tools.features.leak.bars import Array, Bars, Uncomputable, compute
from tools.features.leak.compare import Difference, day, largest, pair, typical
from tools.kernel.errors import SandboxError

LATE = 20


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A feature and the bars.

    Attributes:
        base: the feature's values on them, bars x symbols.
        scale: the usual size of each column's values.
        cross_sectional: whether a symbol's value depends on other symbols; None where that is not known yet.
        settled: bars of a symbol after which its value does not depend on where history starts.
    """

    signal: Signal
    bars: Bars
    base: Array
    scale: Array
    seed: int
    cross_sectional: bool | None = None
    settled: int = 0

    @classmethod
    def of(cls, signal: Signal, bars: Bars, base: Array, seed: int) -> Case:
        """Return the case before anything is known about it."""
        return cls(signal, bars, base, typical(base), seed)

    @property
    def id(self) -> str:
        """The feature's id."""
        return self.signal.id

    def rng(self, probe: int) -> np.random.Generator:
        """Return the random numbers of one probe: always the same for the same seed."""
        return np.random.default_rng((self.seed, probe))

    def compute(self, bars: Bars) -> Array:
        """Return the feature's values on other bars; code that fails or is stopped there is Uncomputable."""
        try:
            return compute(self.signal, bars)
        except SandboxError as error:
            raise Uncomputable(error.message) from error

    def cuts(self, count: int, probe: int) -> list[int]:
        """Return random rows where the feature has a value and bars follow, one from each of `count` stretches.

        The last stretch is the last 5 %: a look ahead may begin late.
        """
        usable = np.flatnonzero(np.isfinite(self.base[:-1]).any(axis=1))
        late = len(usable) - -(-len(usable) // LATE)
        stretches = [*np.array_split(usable[:late], count - 1), usable[late:]] if count > 1 else [usable]
        rng = self.rng(probe)
        return [int(rng.choice(stretch)) for stretch in stretches if len(stretch)]

    def peek(self, name: str, cut: int, known: Array, later: Array, cause: str) -> Check | None:
        """Return the failed probe where the values up to row `cut` differ, None where they agree.

        Args:
            name: of the probe.
            cut: the last row that both may know.
            known: values of rows 0..cut from one future.
            later: values of the same rows from another.
            cause: how the futures differ: "once later bars exist".
        """
        found = largest(known[: cut + 1], later[: cut + 1], scale=self.scale)
        if found is None:
            return None
        cut_day, date = day(self.bars.index[cut]), self.bars.index[found.row]
        where = "that day" if found.row == cut else day(date)
        before, after = pair(found.before, found.after)
        symbol = self.bars.columns[found.column]
        return self.leak(
            name,
            f"{self.id} peeks: cut at {cut_day}, its value for {symbol} on {where} changes from {before} "
            f"to {after} {cause}.",
            found,
        )

    def leak(self, name: str, detail: str, found: Difference) -> Check:
        """Return a failed probe with the place of a difference in the case's own bars."""
        return failed(name, detail, self.bars.columns[found.column], self.bars.index[found.row], found.size)


def failed(name: str, detail: str, symbol: object, date: pd.Timestamp, size: float | None) -> Check:
    """Return a failed probe."""
    return Check(
        name=name, passed=False, detail=detail, symbol=str(symbol), date=date.to_pydatetime(warn=False), size=size
    )
