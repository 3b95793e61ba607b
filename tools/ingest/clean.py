"""Checks on rows before they enter the lake: a bad row is left out and counted with its reason.

The first reason that applies is given. Not checked here: gaps against the exchange calendar, outliers (a fall of
half in a day may be real), and agreement with other sources.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tools.lake.tables import ACTION_KEY, ACTIONS, BAR_KEY, BARS, KINDS, conform

PRICES = ["open", "high", "low", "close"]
TOLERANCE = 1e-9
"""Relative slack of high and low against open and close: rounding, not error."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The good rows, and how many were left out: {(symbol, reason): count}."""

    rows: pd.DataFrame
    rejected: dict[tuple[str, str], int]

    def warnings(self, noun: str) -> tuple[str, ...]:
        """Return one sentence for each symbol and reason."""
        return tuple(
            f"{symbol}: {count} {noun}{'' if count == 1 else 's'} left out: {reason}."
            for (symbol, reason), count in self.rejected.items()
        )


def clean_bars(frame: pd.DataFrame) -> Cleaned:
    """Check bars. Raises ValueError where a column is missing or of the wrong type."""
    bars = conform(frame, BARS)
    highest, lowest = bars[PRICES].max(axis=1), bars[PRICES].min(axis=1)
    finite = bars[PRICES].abs().lt(float("inf")).all(axis=1)
    return _split(
        bars,
        {
            "no symbol or time": bars[list(BAR_KEY)].isna().any(axis=1),
            "a price is missing": ~finite,
            "a price is not positive": bars[PRICES].le(0).any(axis=1),
            "the high is below another price": bars["high"] < highest * (1 - TOLERANCE),
            "the low is above another price": bars["low"] > lowest * (1 + TOLERANCE),
            "the volume is missing or negative": ~bars["volume"].between(0, float("inf"), inclusive="left"),
        },
        BAR_KEY,
    )


def clean_actions(frame: pd.DataFrame) -> Cleaned:
    """Check corporate actions. Raises ValueError where a column is missing or of the wrong type."""
    actions = conform(frame, ACTIONS)
    return _split(
        actions,
        {
            "no symbol or time": actions[list(ACTION_KEY)].isna().any(axis=1),
            "the kind is unknown": ~actions["kind"].isin(KINDS),
            "the value is not positive": ~actions["value"].between(0, float("inf"), inclusive="neither"),
        },
        ACTION_KEY,
    )


def _split(frame: pd.DataFrame, faults: dict[str, pd.Series], key: tuple[str, ...]) -> Cleaned:
    """Part good rows from bad; of good rows with the same key the first stays."""
    reason = pd.Series("", index=frame.index)
    for text, bad in faults.items():
        reason[bad & (reason == "")] = text
    good = reason == ""
    reason[good & frame[good].duplicated(list(key)).reindex(frame.index, fill_value=False)] = "duplicate"
    bad_rows = reason != ""
    named = frame["symbol"].fillna("?").astype(str)
    counts = pd.DataFrame({"symbol": named, "reason": reason})[bad_rows].value_counts(sort=False)
    rejected = {(str(key[0]), str(key[1])): int(count) for key, count in counts.items()}
    return Cleaned(frame[~bad_rows].reset_index(drop=True), rejected)
