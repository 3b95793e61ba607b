"""Two sources of the same series against each other: do they tell the same story? Pure functions of frames.

Only bars that both have are compared, price field by price field; a field that one of them does not give is left
out, and so is volume, since vendors count different venues. The difference is |a - b| / max(|a|, |b|). Which of the
two is right, it does not say. Raw prices are compared: a vendor that adjusts differs from the day of its last
corporate action backwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

import numpy as np
import pandas as pd

from tools.lake.seal import sealed_from
from tools.lake.store import Lake

FIELDS = ("open", "high", "low", "close")
TOLERANCE = 0.001


@dataclass(frozen=True, slots=True)
class Worst:
    """The largest relative difference in one field, and the bar it is at."""

    field: str
    difference: float
    ts: datetime
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two sources of one series. `beyond` are the bars with a field over the tolerance, in time order."""

    symbol: str
    interval: str
    left: str
    right: str
    bars: int
    only_left: int
    only_right: int
    tolerance: float
    worst: tuple[Worst, ...]
    beyond: tuple[datetime, ...]


def compare(
    left: pd.DataFrame,
    right: pd.DataFrame,
    *,
    symbol: str,
    interval: str,
    sources: tuple[str, str],
    tolerance: float = TOLERANCE,
) -> Agreement:
    """Compare two frames of one series (ts, open, high, low, close; ts unique)."""
    both = left.merge(right, on="ts", suffixes=("_left", "_right")).sort_values("ts", ignore_index=True)
    differences = pd.DataFrame({name: _difference(both, name) for name in FIELDS})
    over = differences.gt(tolerance).any(axis=1)
    return Agreement(
        symbol=symbol,
        interval=interval,
        left=sources[0],
        right=sources[1],
        bars=len(both),
        only_left=len(left) - len(both),
        only_right=len(right) - len(both),
        tolerance=tolerance,
        worst=tuple(_worst(both, differences[name]) for name in FIELDS if differences[name].notna().any()),
        beyond=tuple(pd.Timestamp(stamp).to_pydatetime() for stamp in both.loc[over, "ts"]),
    )


def reconcile(lake: Lake, symbol: str, *, interval: str = "1d", tolerance: float = TOLERANCE) -> list[Agreement]:
    """Compare every two sources that the lake has `symbol` from, where they may be read; none of only one."""
    frame = lake.read(
        "SELECT source, ts, open, high, low, close FROM lake.bars WHERE symbol = ? AND interval = ? ORDER BY ts",
        [symbol, interval],
    )
    last_day = lake.readable([symbol]).get(symbol)
    if last_day is not None:
        frame = frame[frame["ts"] < sealed_from(last_day)]
    by_source = {str(source): rows.drop(columns="source") for source, rows in frame.groupby("source")}
    return [
        compare(by_source[a], by_source[b], symbol=symbol, interval=interval, sources=(a, b), tolerance=tolerance)
        for a, b in combinations(sorted(by_source), 2)
    ]


def _difference(both: pd.DataFrame, name: str) -> pd.Series:
    one, other = both[f"{name}_left"], both[f"{name}_right"]
    larger = pd.concat([one.abs(), other.abs()], axis=1).max(axis=1)
    return ((one - other).abs() / larger).mask((one == 0) & (other == 0), 0.0)


def _worst(both: pd.DataFrame, differences: pd.Series) -> Worst:
    name = str(differences.name)
    at = int(np.nanargmax(differences.to_numpy()))
    row = both.iloc[at]
    return Worst(
        field=name,
        difference=float(differences.iloc[at]),
        ts=pd.Timestamp(row["ts"]).to_pydatetime(),
        left=float(row[f"{name}_left"]),
        right=float(row[f"{name}_right"]),
    )
