"""From wall clocks to UTC, with the two hours a year that a local time zone makes difficult.

When clocks go back, an hour of stamps occurs twice. Where the rows of a symbol step back once inside that hour,
those before the step are the first pass and those after it the second; otherwise they cannot be told apart and get
no time, which the checks put into quarantine. When clocks go forward, stamps inside the skipped hour never were: no
time either.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from tools.kernel.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Localised:
    """UTC times (NaT where there is none) and how many rows lost theirs, by cause."""

    utc: pd.Series
    unclear: int
    skipped: int


def check_zone(timezone: str) -> str:
    """Return `timezone` if it is an IANA zone. Raises BadRequest."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRequest(
            f"{timezone!r} is not a time zone.",
            hint="Use an IANA name such as America/New_York, Europe/London or UTC.",
        ) from error
    return timezone


def localise(wall: pd.Series, symbols: pd.Series, timezone: str) -> Localised:
    """Return the UTC times of naive `wall` clocks in `timezone`, in the order of the file."""
    shifted = wall.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="shift_forward")
    ambiguous = shifted.isna() & wall.notna()
    skipped = wall.notna() & ~ambiguous & (shifted.dt.tz_localize(None) != wall)
    first_pass, clear = _passes(wall[ambiguous], symbols[ambiguous])
    flags = np.zeros(len(wall), dtype=bool)
    flags[np.flatnonzero(ambiguous)] = first_pass
    utc = wall.dt.tz_localize(timezone, ambiguous=flags, nonexistent="shift_forward")
    utc = utc.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    unclear = np.zeros(len(wall), dtype=bool)
    unclear[np.flatnonzero(ambiguous)] = ~clear
    return Localised(utc.mask(skipped | unclear), int(unclear.sum()), int(skipped.sum()))


def _passes(wall: pd.Series, symbols: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return for each ambiguous row whether it is in the first pass (summer time), and whether that is certain."""
    first_pass, clear = np.zeros(len(wall), dtype=bool), np.zeros(len(wall), dtype=bool)
    keys = pd.DataFrame({"symbol": symbols.to_numpy(), "day": wall.dt.normalize().to_numpy()})
    stamps = wall.to_numpy()
    for at in keys.groupby(["symbol", "day"], sort=False).indices.values():
        steps = np.diff(stamps[at]).astype("int64")
        backs, forwards = np.flatnonzero(steps < 0), np.flatnonzero(steps > 0)
        ascending = len(backs) == 1 and len(backs) + len(forwards) == len(steps)
        descending = not ascending and len(forwards) == 1 and len(backs) + len(forwards) == len(steps)
        if ascending or descending:
            turn = (backs if ascending else forwards)[0] + 1
            before = np.arange(len(at)) < turn
            first_pass[at] = before if ascending else ~before
            clear[at] = True
    return first_pass, clear
