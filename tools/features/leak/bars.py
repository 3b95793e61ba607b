"""Bars as one array, so that a probe can cut, rewrite and remove them without touching the panel it was given."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.features.feature import Signal
from tools.features.panel import FIELDS, Panel

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int_]
Mask = npt.NDArray[np.bool_]
OPEN, HIGH, LOW, CLOSE, VOLUME = range(5)
PRICES = slice(OPEN, VOLUME)


class Uncomputable(Exception):
    """The feature gave no table of the bars' shape; `args[0]` says why in plain words."""


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """A panel's values, fields x bars x symbols (fields as in `FIELDS`), and its labels."""

    cells: Array
    index: pd.DatetimeIndex
    columns: pd.Index
    market: Array | None

    @classmethod
    def of(cls, panel: Panel) -> Bars:
        """Copy the values of a panel."""
        values = np.stack([getattr(panel, field).to_numpy(dtype=float) for field in FIELDS])
        market = None if panel.market is None else panel.market.to_numpy(dtype=float, copy=True)
        return cls(values, panel.close.index, panel.close.columns, market)

    @property
    def alive(self) -> Mask:
        """Where there is a bar, bars x symbols."""
        known: Mask = ~np.isnan(self.cells[CLOSE])
        return known

    def rows(self, first: int, last: int) -> Bars:
        """Return the bars from row `first` up to, but not including, row `last`."""
        market = None if self.market is None else self.market[first:last]
        return replace(self, cells=self.cells[:, first:last], index=self.index[first:last], market=market)

    def with_cells(self, cells: Array, market: Array | None = None) -> Bars:
        """Return other values on the same labels; the market stays unless one is given."""
        return replace(self, cells=cells, market=self.market if market is None else market)

    def panel(self) -> Panel:
        """Return a panel of copies: code that writes into its input must not spoil the next probe."""
        frames = {
            field: pd.DataFrame(values.copy(), index=self.index, columns=self.columns)
            for field, values in zip(FIELDS, self.cells, strict=True)
        }
        market = None if self.market is None else pd.Series(self.market.copy(), index=self.index)
        return Panel(**frames, market=market)


def compute(signal: Signal, bars: Bars) -> Array:
    """Return the feature's values on `bars`, bars x symbols.

    Raises:
        Uncomputable: the value has other labels than the bars, or is no table of numbers.
    """
    frame = signal.compute(bars.panel())
    if not isinstance(frame, pd.DataFrame):
        raise Uncomputable(f"it returns a {type(frame).__name__}, not a table of bars x symbols")
    if frame.shape != bars.cells.shape[1:]:
        shape, wanted = (" x ".join(map(str, size)) for size in (frame.shape, bars.cells.shape[1:]))
        raise Uncomputable(f"it returns a table of {shape}, the bars are {wanted}")
    if not (frame.index.equals(bars.index) and frame.columns.equals(bars.columns)):
        raise Uncomputable("the rows or columns of its table are not those of the bars")
    try:
        values: Array = frame.to_numpy(dtype=float, na_value=np.nan, copy=True)
    except (TypeError, ValueError) as error:
        raise Uncomputable("its table holds something other than numbers") from error
    return values


def shocked(values: Array, sign: int, rng: np.random.Generator, *, alike: bool = False) -> Array:
    """Return other bars in the place of `values`, still with low <= open, close <= high.

    Opens and closes move by 30 to 80 % up or down, each on its own, volumes by a factor of 2 to 20; `sign` -1
    turns every move of the same `rng` round, so that whatever a feature reads differs between the two. Symbols
    move each on its own, or, which is faster, all alike.
    """
    shape = (3, values.shape[1], 1 if alike else values.shape[2])
    size = rng.uniform([[[0.3]], [[0.3]], [[0.7]]], [[[0.6]], [[0.6]], [[3.0]]], shape)
    factor = np.exp(sign * size * rng.choice([-1.0, 1.0], shape))
    top = np.maximum(values[OPEN], values[CLOSE])
    bottom = np.minimum(values[OPEN], values[CLOSE])
    opened, closed = values[OPEN] * factor[0], values[CLOSE] * factor[1]
    high = np.maximum(opened, closed) * (values[HIGH] / top)
    low = np.minimum(opened, closed) * (values[LOW] / bottom)
    return np.stack([opened, high, low, closed, values[VOLUME] * factor[2]])


def shocked_after(bars: Bars, cut: int, sign: int, rng: np.random.Generator) -> Bars:
    """Return `bars` with every bar after row `cut` shocked, the market's too."""
    later = shocked(bars.cells[:, cut + 1 :], sign, rng)
    values = np.concatenate([bars.cells[:, : cut + 1], later], axis=1)
    if bars.market is None:
        return bars.with_cells(values)
    moves = np.exp(sign * rng.uniform(0.3, 0.6, len(bars.index) - cut - 1) * rng.choice([-1.0, 1.0]))
    return bars.with_cells(values, np.concatenate([bars.market[: cut + 1], bars.market[cut + 1 :] * moves]))
