"""The records that `show_data` returns: one result, of which each view fills its part."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from tools.kernel.types import Count, Days, Fraction, Record, Result

View = Literal["summary", "bars", "gaps", "actions", "changes", "sources", "quarantine"]
Knowledge = Literal["current", "recorded", "hindsight"]
"""What the lake knows now; what it had recorded on a past day; what the market was on a day before it recorded."""


class SymbolShown(Record):
    """One symbol from one source. `close` is the last raw close that may be read, in the currency of the listing.

    `age_days` counts from the last bar to today, or to the day asked about. `return_1y` is the return over the last
    252 readable daily bars with splits and dividends. Bars after `readable_to` are sealed; None where none are.
    """

    symbol: str
    source: str
    other_sources: tuple[str, ...]
    knowledge: Knowledge
    first: dt.date
    last: dt.date
    bars: Count
    age_days: Days
    close: float | None
    return_1y: Fraction | None
    splits: Count
    dividends: Count
    readable_to: dt.date | None = None


class BarShown(Record):
    """One bar, raw. `ts` is its start in UTC."""

    symbol: str
    ts: dt.datetime
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: float | None


class ActionShown(Record):
    """One corporate action: new shares for one old, or cash a share."""

    symbol: str
    date: dt.date
    kind: str
    value: float
    source: str


class RunShown(Record):
    """Missing bars that follow one another."""

    first: dt.datetime
    last: dt.datetime
    bars: Count


class GapShown(Record):
    """One series against its exchange calendar; `runs` and `extras` are the first ones."""

    symbol: str
    source: str
    exchange: str
    first: dt.date
    last: dt.date
    expected: Count
    held: Count
    missing: Count
    extra: Count
    unchecked: Count
    runs: tuple[RunShown, ...]
    extras: tuple[dt.datetime, ...]
    truncated: bool


class ChangeShown(Record):
    """Rows of one symbol that came, changed or went between two snapshots."""

    table: str
    symbol: str
    new: Count
    restated: Count
    removed: Count


class RestatedShown(Record):
    """One value that took the place of another."""

    table: str
    symbol: str
    ts: dt.datetime | None
    key: str
    field: str
    old: str | float | None
    new: str | float | None


class AgreementShown(Record):
    """Two sources of one symbol compared on the bars that both have."""

    symbol: str
    left: str
    right: str
    bars: Count
    beyond: Count
    tolerance: Fraction
    worst_field: str | None
    worst_difference: Fraction | None
    worst_at: dt.datetime | None
    dates: tuple[dt.date, ...]


class QuarantineShown(Record):
    """Vendor rows that failed one check and are not in their table."""

    symbol: str
    table: str
    source: str
    reason: str
    rows: Count
    first: dt.datetime | None
    last: dt.datetime | None


class ShowResult(Result):
    """What the lake has of the symbols, from the side asked for; the parts of the other views are empty.

    `recorded_since` is when the lake recorded its first rows.
    """

    view: View
    interval: str
    as_of: dt.date | None
    knowledge: Knowledge
    recorded_since: dt.datetime
    data_snapshot: int
    before_snapshot: int | None = None
    symbols: tuple[SymbolShown, ...] = ()
    bars: tuple[BarShown, ...] = ()
    gaps: tuple[GapShown, ...] = ()
    actions: tuple[ActionShown, ...] = ()
    changes: tuple[ChangeShown, ...] = ()
    restated: tuple[RestatedShown, ...] = ()
    agreements: tuple[AgreementShown, ...] = ()
    quarantined: tuple[QuarantineShown, ...] = ()
    truncated: bool = False
