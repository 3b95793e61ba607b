"""Checks on rows before they enter the lake: a bad row goes to quarantine, whole, with the reason.

The first reason that applies is given. Every row that comes in is afterwards either among the good rows or in
quarantine. Not checked here: gaps against the exchange calendar, outliers (a fall of half in a day may be real),
and agreement with other sources.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.lake.keys import Flags, arranged, incomplete
from tools.lake.tables import KINDS, QUARANTINE, QUARANTINE_KEY, TABLES, conform

PRICES = ["open", "high", "low", "close"]
TOLERANCE = 1e-9
"""Relative slack of high and low against open and close: rounding, not error."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The good rows, in order; and the bad ones, in the same columns with the `reason` added."""

    rows: pd.DataFrame
    bad: pd.DataFrame

    @property
    def rejected(self) -> dict[tuple[str, str], int]:
        """How many rows are bad: {(symbol, reason): count}."""
        counts = self.bad.assign(symbol=self.bad["symbol"].fillna("?")).value_counts(
            ["symbol", "reason"], sort=False
        )
        return {(str(key[0]), str(key[1])): int(count) for key, count in counts.items()}

    def warnings(self, noun: str) -> tuple[str, ...]:
        """Return one sentence for each symbol and reason."""
        return tuple(
            f"{symbol}: {count} {noun}{'' if count == 1 else 's'} left out: {reason}."
            for (symbol, reason), count in self.rejected.items()
        )

    def quarantine(self, table: str) -> pd.DataFrame:
        """Return the bad rows in the columns of the quarantine; equal ones once."""
        columns = list(TABLES[table].columns)
        frame = conform(
            pd.DataFrame(
                {
                    "symbol": self.bad["symbol"].fillna("?"),
                    "table_name": table,
                    "interval": self.bad.get("interval", pd.Series("", index=self.bad.index)).fillna("?"),
                    "ts": self.bad.get("ts", pd.Series(pd.NaT, index=self.bad.index)),
                    "reason": self.bad["reason"],
                    "row_json": [_as_json(row) for row in self.bad[columns].to_dict("records")],
                    "source": self.bad["source"].fillna("?"),
                }
            ),
            QUARANTINE,
        )
        return arranged(frame, QUARANTINE_KEY)[0]


def clean_bars(frame: pd.DataFrame, *, late: Flags | None = None) -> Cleaned:
    """Check bars; `late` marks those that are not over. Raises ValueError where a column is missing or malformed.

    A bar has all of open, high, low, close and volume, or the close alone.
    """
    bars = conform(frame, TABLES["bars"].columns)
    opens, highs, lows, closes = (bars[name].to_numpy() for name in PRICES)
    volume = bars["volume"].to_numpy()
    close_only = np.isnan(opens) & np.isnan(highs) & np.isnan(lows) & np.isnan(volume) & np.isfinite(closes)
    whole = np.isfinite(opens) & np.isfinite(highs) & np.isfinite(lows) & np.isfinite(closes)
    with np.errstate(invalid="ignore"):
        faults = {
            "no symbol or time": incomplete(bars, TABLES["bars"].key),
            "a price is missing": ~(whole | close_only),
            "a price is not positive": (opens <= 0) | (highs <= 0) | (lows <= 0) | (closes <= 0),
            "the high is below another price": highs
            < np.maximum(np.maximum(opens, lows), closes) * (1 - TOLERANCE),
            "the low is above another price": lows > np.minimum(np.minimum(opens, highs), closes) * (1 + TOLERANCE),
            "the volume is missing or negative": ~((volume >= 0) & np.isfinite(volume)) & ~close_only,
        }
    if late is not None:
        faults["session not finished"] = late
    return _split("bars", bars, faults)


def clean_actions(frame: pd.DataFrame) -> Cleaned:
    """Check corporate actions. Raises ValueError where a column is missing or of the wrong type."""
    actions = conform(frame, TABLES["actions"].columns)
    value = actions["value"].to_numpy()
    return _split(
        "actions",
        actions,
        {
            "no symbol or time": incomplete(actions, TABLES["actions"].key),
            "the kind is unknown": ~actions["kind"].isin(KINDS).to_numpy(),
            "the value is not positive": ~((value > 0) & np.isfinite(value)),
        },
    )


def clean_others(table: str, frame: pd.DataFrame) -> Cleaned:
    """Check news, fundamentals or listings. Raises ValueError where a column is missing or of the wrong type."""
    rows = conform(frame, TABLES[table].columns)
    faults: dict[str, Flags] = {"its key is not complete": incomplete(rows, TABLES[table].key)}
    if "ts" in rows:
        faults["no time"] = rows["ts"].isna().to_numpy()
    if "title" in rows:
        faults["no title"] = (rows["title"].fillna("").str.strip() == "").to_numpy()
    if "value" in rows:
        faults["the value is missing"] = ~np.isfinite(rows["value"].to_numpy())
    return _split(table, rows, faults)


def _split(table: str, frame: pd.DataFrame, faults: Mapping[str, Flags]) -> Cleaned:
    """Part good rows from bad; of good rows with the same key the first stays."""
    reasons = ["", *faults, "duplicate"]
    code: npt.NDArray[np.int8] = np.zeros(len(frame), dtype=np.int8)
    for number, bad in enumerate(faults.values(), start=1):
        code[bad & (code == 0)] = number
    key = TABLES[table].key
    good = code == 0
    rows, again = arranged(frame if good.all() else frame[good].reset_index(drop=True), key)
    code[np.flatnonzero(good)[again]] = len(reasons) - 1
    wrong = code != 0
    texts = pd.Series([reasons[each] for each in code[wrong]], dtype="str").to_numpy()
    return Cleaned(rows, frame[wrong].assign(reason=texts))


def _as_json(row: Mapping[str, Any]) -> str:
    """Return a row as JSON: times in ISO 8601, missing values null, infinities as text."""
    return json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False)


def _plain(value: Any) -> str | float | None:
    if isinstance(value, pd.Timestamp):
        return str(value.isoformat())
    if pd.isna(value):
        return None
    return float(value) if isinstance(value, float) and math.isfinite(value) else str(value)
