"""A panel: the bars of several symbols on one time axis, one frame a field.

Features and labels are functions of a panel. A bar that does not exist is NaN and stays NaN: forward-filling would
invent a price nobody could trade at. The panel does not check prices (the lake does) and does not adjust them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.ingest.universe import BENCHMARK
from tools.kernel.errors import NoData, Suggestion

FIELDS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Bars x symbols, one float frame a field, all on the same labels.

    Attributes:
        open: opening prices; the index is naive UTC, called `ts`, strictly rising; the columns are symbols.
        high: highest prices.
        low: lowest prices.
        close: closing prices; NaN where the symbol has no bar.
        volume: shares traded.
        market: closes of the index on the same time axis, NaN where it has no bar; None where there is no index.
        market_open: its opens, likewise: what a hedge is filled at. Features do not see them.
    """

    open: pd.DataFrame
    high: pd.DataFrame
    low: pd.DataFrame
    close: pd.DataFrame
    volume: pd.DataFrame
    market: pd.Series | None = None
    market_open: pd.Series | None = None

    def __post_init__(self) -> None:
        """Check the labels. Raises ValueError where the frames do not line up or time does not rise."""
        index, columns = self.close.index, self.close.columns
        for field in FIELDS:
            frame = getattr(self, field)
            if not (frame.index.equals(index) and frame.columns.equals(columns)):
                raise ValueError(f"the labels of {field} differ from those of close")
        if any(each is not None and not each.index.equals(index) for each in (self.market, self.market_open)):
            raise ValueError("the labels of market differ from those of close")
        if not (index.is_monotonic_increasing and index.is_unique):
            raise ValueError("the time axis must rise strictly")

    @classmethod
    def from_bars(cls, long: pd.DataFrame, symbols: Sequence[str]) -> Panel:
        """Pivot a long frame (symbol, ts, open, high, low, close, volume, ...) to a panel.

        Args:
            long: one row a bar, in any order; other columns and symbols are ignored. `ts` is naive UTC or aware.
            symbols: the columns of the panel, in this order.

        Raises:
            NoData: a symbol has no bar in `long`.
            ValueError: a symbol has two bars at one time.
        """
        names = list(dict.fromkeys(symbols))
        codes, found = pd.factorize(long["symbol"])
        present = set(found)
        missing = [name for name in names if name not in present]
        if missing or not names:
            raise NoData(
                f"There are no bars for {', '.join(missing) or 'an empty list of symbols'}.",
                hint="Load them first with ingest_data, or widen the dates.",
                suggestion=Suggestion("ingest_data", {"symbols": missing}) if missing else None,
            )
        column = pd.Index(names).get_indexer(found)[codes]
        bars = long
        if (column < 0).any():
            bars, column = long[column >= 0], column[column >= 0]
        ts = pd.to_datetime(bars["ts"])
        if ts.dt.tz is not None:
            ts = ts.dt.tz_convert("UTC").dt.tz_localize(None)
        sessions, row = _sessions(ts)
        cells = column * len(sessions) + row
        if np.bincount(cells).max() > 1:
            raise ValueError("a symbol has two bars at one time")
        columns = pd.Index(names, name="symbol")
        return cls(**{field: _spread(bars[field], cells, sessions, columns) for field in FIELDS})

    @property
    def symbols(self) -> tuple[str, ...]:
        """The columns, in their order."""
        return tuple(self.close.columns)

    @property
    def sessions(self) -> pd.DatetimeIndex:
        """The time axis."""
        return self.close.index

    def index_closes(self, what: str) -> pd.Series:
        """Return the closes of the index, for `what` compares with them. Raises NoData where there are none."""
        if self.market is None:
            raise NoData(
                f"{what} compares with the index, which the lake does not hold in this period.",
                hint=f"Load it first: /ingest_data {BENCHMARK}",
                suggestion=Suggestion("ingest_data", {"symbols": [BENCHMARK]}),
            )
        return self.market

    def until(self, ts: pd.Timestamp) -> Panel:
        """Return the panel as it was known at `ts`: every bar up to and including it."""
        return self.between(None, ts)

    def between(self, first: pd.Timestamp | None, last: pd.Timestamp | None) -> Panel:
        """Return the bars from `first` to `last`, both included; None means no bound."""
        market, market_open = (
            None if each is None else each.loc[first:last] for each in (self.market, self.market_open)
        )
        frames = {field: getattr(self, field).loc[first:last] for field in FIELDS}
        return Panel(**frames, market=market, market_open=market_open)

    def only(self, symbols: Sequence[str]) -> Panel:
        """Return the bars of some of the symbols, in the order given."""
        return replace(self, **{field: getattr(self, field)[list(symbols)] for field in FIELDS})

    def with_market(self, close: pd.Series, open_: pd.Series | None = None) -> Panel:
        """Return the same bars with the closes and perhaps the opens of an index; bars that it lacks stay NaN."""
        opens = None if open_ is None else open_.reindex(self.close.index).astype(float)
        return replace(self, market=close.reindex(self.close.index).astype(float), market_open=opens)

    def closes_only(self) -> Panel:
        """Return the bars as one price each, the close: what a label is where orders are filled at closes."""
        return replace(self, open=self.close, high=self.close, low=self.close, market_open=self.market)


def _sessions(ts: pd.Series) -> tuple[pd.DatetimeIndex, npt.NDArray[np.int64]]:
    """Return the distinct times in order, and the place of each of `ts` among them."""
    at, distinct = pd.factorize(ts)
    order = np.argsort(distinct)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return pd.DatetimeIndex(distinct[order], name="ts"), place[at]


def _spread(
    values: pd.Series, cells: npt.NDArray[np.int64], sessions: pd.DatetimeIndex, columns: pd.Index
) -> pd.DataFrame:
    """Return bars x symbols; each symbol's bars lie next to each other in memory, as rolling windows read them."""
    flat = np.full(len(columns) * len(sessions), np.nan)
    flat[cells] = values.to_numpy(dtype=float, na_value=np.nan)
    return pd.DataFrame(flat.reshape(len(columns), -1).T, index=sessions, columns=columns, copy=False)
