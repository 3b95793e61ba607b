"""Boosted trees that order the symbols of a bar, as a top-N portfolio needs them.

LambdaRank (Burges 2010, From RankNet to LambdaRank to LambdaMART): every bar is a query and its symbols are the
documents. The relevance of a symbol is the fifth of its bar that its forward return falls in, 0 the worst to 4 the
best. Only the order inside a bar is learnt, so what moves all symbols alike neither helps nor disturbs; a universe
of one symbol teaches nothing. Rows need the numbers of their bars.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tools.features.label import Target
from tools.models.boosted import BoostedModel
from tools.models.model import Floats, Integers

GRADES = 5


@dataclass(frozen=True, slots=True, eq=False)
class BoostedRanker(BoostedModel):
    """A fitted ranker; scores order the symbols of one bar and cannot be compared across bars."""

    learns: ClassVar[Target] = "rank"

    @classmethod
    def task(
        cls, settings: dict[str, Any], y: Floats, bars: Integers | None
    ) -> tuple[dict[str, Any], Integers, Integers]:
        """Return the settings, the grades and the rows of each bar.

        Raises:
            ValueError: `bars` is missing, of another length or not in order, or a label is outside [0, 1].
        """
        if bars is None or bars.shape != y.shape or (np.diff(bars) < 0).any():
            raise ValueError("a ranker needs the number of the bar of every row, in order")
        if not ((y >= 0) & (y <= 1)).all():
            raise ValueError("a ranker learns from ranks in [0, 1]")
        grades = np.minimum((y * GRADES).astype(np.int64), GRADES - 1)
        starts = np.flatnonzero(np.diff(bars, prepend=bars[0] - 1))
        sizes = np.diff(starts, append=len(bars))
        return {**settings, "objective": "lambdarank"}, grades, sizes
