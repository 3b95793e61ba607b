"""The rows that the last model was tested on: what is explained is out of sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from tools.backtest.record import Fold
from tools.models.model import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The (bar, symbol) pairs of a test window that have at least one feature, bar after bar.

    Attributes:
        x: rows x features, in single precision like the rows a model is trained on; NaN is a missing feature.
        names: the features.
        bars: the number of the bar of each row.
        columns: the number of the symbol of each row.
        sessions: the bars.
        symbols: the symbols.
    """

    x: Floats
    names: tuple[str, ...]
    bars: Integers
    columns: Integers
    sessions: pd.DatetimeIndex
    symbols: tuple[str, ...]

    def last_day(self) -> date:
        """Return the day of the last bar."""
        day: date = self.sessions[-1].date()
        return day

    def of_last_bar(self) -> Integers:
        """Return the numbers of the rows of the last bar."""
        return np.flatnonzero(self.bars == len(self.sessions) - 1)


def test_window(features: Mapping[str, pd.DataFrame], fold: Fold) -> Window:
    """Return the rows of the test window of a step.

    Args:
        features: id -> bars x symbols, with the same labels.
        fold: the step.
    """
    first = next(iter(features.values()))
    days = pd.DatetimeIndex(first.index).normalize()
    inside = (days >= pd.Timestamp(fold.test_start)) & (days <= pd.Timestamp(fold.test_end))
    cube = np.stack([frame.to_numpy(dtype=np.float32)[inside] for frame in features.values()], axis=-1)
    rows = cube.reshape(-1, len(features)).astype(float)
    known = np.flatnonzero(~np.isnan(rows).all(axis=1))
    return Window(
        x=rows[known],
        names=tuple(features),
        bars=known // cube.shape[1],
        columns=known % cube.shape[1],
        sessions=pd.DatetimeIndex(first.index[inside]),
        symbols=tuple(map(str, first.columns)),
    )
