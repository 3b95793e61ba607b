"""The interval of a file's bars, from the most common distance between one bar and the next of a symbol."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.ingest.source import Interval
from tools.kernel.errors import BadRequest

MINUTE, HOUR, DAY = 60, 3600, 86_400
MICROSECONDS = 1_000_000
NAMES: dict[int, str] = {MINUTE: "1m", HOUR: "1h", DAY: "1d"}
LONG = ((360, "yearly"), (85, "quarterly"), (27, "monthly"), (6, "weekly"))
LONGEST_BREAK_DAYS = 5
FULL = {"1m": "1-minute", "1h": "hourly", "1d": "daily"}


def spacing_seconds(symbols: pd.Series, ts: pd.Series) -> int | None:
    """Return the most common distance in seconds, the shortest of equals; None where there are no two times."""
    present = (symbols.notna() & ts.notna()).to_numpy()
    codes = pd.factorize(symbols)[0][present]
    stamps = ts.to_numpy("datetime64[us]")[present].astype("int64")
    if (np.diff(codes) < 0).any() or (np.diff(stamps) < 0).any():
        order = np.lexsort((stamps, codes))
        codes, stamps = codes[order], stamps[order]
    steps = np.diff(stamps)[np.diff(codes) == 0]
    distances, counts = np.unique(steps[steps > 0], return_counts=True)
    return int(distances[counts.argmax()] // MICROSECONDS) if len(distances) else None


def check_spacing(seconds: int | None, interval: Interval, name: str) -> None:
    """Raise BadRequest, saying what the bars are, unless they are of `interval`; one bar a symbol fits any."""
    if seconds is None:
        return
    daily = seconds % DAY == 0 and seconds <= LONGEST_BREAK_DAYS * DAY  # of two rows, say
    known = "1d" if daily else NAMES.get(seconds)
    if known == interval:
        return
    if known is not None:
        raise BadRequest(
            f"{name} has {FULL[known]} bars, not {FULL[interval]} ones.", hint=f"Ask for the interval {known}."
        )
    raise BadRequest(
        f"{name} has {_describe(seconds)} bars, which are not supported.",
        hint="The lake keeps 1d, 1h and 1m bars: convert the file to one of these.",
    )


def _describe(seconds: int) -> str:
    for unit, length in (("day", DAY), ("hour", HOUR), ("minute", MINUTE)):
        if seconds >= length and seconds % length == 0:
            count = seconds // length
            return next((text for days, text in LONG if unit == "day" and count >= days), f"{count}-{unit}")
    return f"{seconds}-second"
