"""The prices of a run, prepared once: what can be traded at, and what holdings are worth.

Sweeps run many strategies over one market; preparing it is part of the price of a run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.backtest.fills import Bools, Fill, Floats, marks
from tools.kernel.errors import BadRequest


@dataclass(frozen=True, eq=False)
class Market:
    """Prices of several symbols, bars x symbols.

    Attributes:
        index: the bars.
        columns: the symbols.
        quoted_open: opening prices; NaN where the symbol did not trade.
        quoted_close: closing prices, likewise.
        at_open: last price known at each open; NaN before the first.
        at_close: last price known at each close.
    """

    index: pd.Index
    columns: pd.Index
    quoted_open: Floats
    quoted_close: Floats
    at_open: Floats
    at_close: Floats

    @classmethod
    def of(cls, open_: pd.DataFrame, close: pd.DataFrame) -> Market:
        """Prepare prices. What is not a positive finite number is not a price.

        Raises:
            BadRequest: the frames have different bars or symbols.
        """
        if not (open_.index.equals(close.index) and open_.columns.equals(close.columns)):
            raise BadRequest(
                "Weights and prices have different bars or symbols.", hint="Reindex them to one shape."
            )
        quoted_open, quoted_close = _prices(open_), _prices(close)
        return cls(open_.index, open_.columns, quoted_open, quoted_close, *marks(quoted_open, quoted_close))

    def quoted(self, fill: Fill) -> Floats:
        """Return the prices that orders are filled at; NaN where none can be."""
        return self.quoted_open if fill == "next_open" else self.quoted_close

    def marked(self, fill: Fill) -> Floats:
        """Return the last price known when orders are filled."""
        return self.at_open if fill == "next_open" else self.at_close

    def missing_since(self) -> Floats:
        """Return for how many bars each symbol has had no price, 0 where it has one; infinite before its first."""
        seen: Bools = ~(np.isnan(self.quoted_open) & np.isnan(self.quoted_close))
        rows = np.arange(len(seen), dtype=float)[:, None]
        last = np.maximum.accumulate(np.where(seen, rows, -np.inf), axis=0)
        return np.asarray(rows - last, dtype=np.float64)


def _prices(frame: pd.DataFrame) -> Floats:
    values: Floats = frame.to_numpy(dtype=float)
    valid = (values > 0) & np.isfinite(values)
    return values if valid.all() else np.where(valid, values, np.nan)
