"""How far back Yahoo keeps bars, and the windows it hands them out in. Pure functions of dates.

Hourly bars are kept for 730 days, 1-minute bars for 30 days and served 8 days a request at most; 7 keep clear of
that edge. Daily bars have no limit. These limits are Yahoo's practice, not a promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from tools.ingest.source import Interval, Missing
from tools.ingest.yahoo.pace import Undelivered


@dataclass(frozen=True, slots=True)
class Kept:
    """What Yahoo keeps of an interval: for how many days, and how many of them it serves in one request."""

    words: str
    days: int
    days_a_request: int


KEPT: Mapping[Interval, Kept] = MappingProxyType(
    {"1h": Kept("hourly bars", 730, 365), "1m": Kept("1-minute bars", 30, 7)}
)


@dataclass(frozen=True, slots=True)
class Window:
    """Days of the exchange from `first`, up to but without `stop`."""

    first: date
    stop: date


def intraday_windows(
    interval: Interval, start: date | None, end: date | None, today: date
) -> tuple[tuple[Window, ...], str]:
    """Return the windows that cover `start` to `end`, both included, and a sentence if less than asked is kept.

    `today` is the date at the exchange. The oldest day is the first whose midnight is within what Yahoo keeps.
    Raises Undelivered where Yahoo keeps nothing of the range.
    """
    kept = KEPT[interval]
    oldest = today - timedelta(days=kept.days - 1)
    told = f"Yahoo keeps {kept.words} for {kept.days} days"
    stop = min(end or today, today) + timedelta(days=1)
    if stop <= oldest:
        raise Undelivered(Missing("range", f"{told}: there is nothing before {oldest}"))
    note = f"{told}: asked from {start}, there is nothing before {oldest}." if start and start < oldest else ""
    first = max(start or oldest, oldest)
    if first >= stop:
        raise Undelivered(Missing("range", f"there is nothing from {first} on yet"))
    windows: list[Window] = []
    while first < stop:
        after = min(first + timedelta(days=kept.days_a_request), stop)
        windows.append(Window(first, after))
        first = after
    return tuple(windows), note
