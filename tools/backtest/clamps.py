"""The record of every limit that bound: when, on what, by which rule, what was wanted and what was allowed.

Amounts are weights, fractions of NAV. Rules: `no_price` (an order refused), `no_volume` (likewise, its impact being
unknown), `cash` (scaled for want of it), `max_leverage`, `max_position`, `max_sector`, `drawdown_cap`, `stop_loss`,
`delisted`, `ruin`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.backtest.fills import Floats, Ints

PORTFOLIO = "portfolio"
WHOLE = -1  # the column that stands for the portfolio
COLUMNS = ("ts", "symbol", "rule", "wanted", "allowed")


@dataclass
class Clamps:
    """Collects clamps, many at a time."""

    _blocks: list[tuple[Ints, Ints, str, Floats, Floats]] = field(default_factory=list)

    def add(
        self,
        rule: str,
        bars: int | Ints,
        columns: int | Ints,
        wanted: npt.ArrayLike,
        allowed: npt.ArrayLike,
    ) -> None:
        """Record one clamp or an array of them; scalars are repeated. Column -1 is the portfolio."""
        bar, column, want, allow = np.broadcast_arrays(np.atleast_1d(bars), columns, wanted, allowed)
        if bar.size:
            self._blocks.append((bar, column, rule, np.array(want, dtype=float), np.array(allow, dtype=float)))

    def count(self, *rules: str) -> int:
        """Return how many there are of these rules."""
        return sum(len(block[0]) for block in self._blocks if block[2] in rules)

    def frame(self, index: pd.Index, labels: Sequence[str]) -> pd.DataFrame:
        """Return ts, symbol, rule, wanted, allowed in order of time.

        Args:
            index: the bars.
            labels: what the columns are called.
        """
        blocks = self._blocks
        empty = [np.empty(0)]
        bar, column = (
            np.concatenate([block[part] for block in blocks] or empty).astype(np.int64) for part in (0, 1)
        )
        wanted, allowed = (np.concatenate([block[part] for block in blocks] or empty) for part in (3, 4))
        rule = np.repeat(np.array([block[2] for block in blocks], dtype=object), [len(each[0]) for each in blocks])
        names = np.array([*labels, PORTFOLIO], dtype=object)
        order = np.argsort(bar, kind="stable")
        symbol, why = (pd.array(words[order], dtype="str") for words in (names[column], rule))
        parts = (index[bar[order]], symbol, why, wanted[order], allowed[order])
        return pd.DataFrame(dict(zip(COLUMNS, parts, strict=True)))
