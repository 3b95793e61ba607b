"""The sealed holdout: the last part of every history, which no read shows unless it was opened by a human decision.

Sealed are the last 12 months of each symbol, or, in a lake whose longest history is below 80 months, the last 15 %
of that one: as many days for every symbol, so that those whose bars end together are sealed from the same day on. A
symbol that was listed later than that is sealed altogether. In a lake without a year of history nothing is sealed:
it is too short to test anything on. All intervals and sources of a symbol count as one, so that minute bars do not
tell what daily bars keep back. The seal follows from the last bar that the lake ever held: it moves forward with
new bars and not back with removed ones. A read of an earlier snapshot is sealed as it was then.

Bars, corporate actions, reported figures and quarantined rows are sealed; news, and how many rows there are of
which days, is not. The seal keeps a research honest that goes through the tools; it is no lock against the owner of
the files, who can read, export or copy them. Of a symbol that is no longer listed it keeps back its last year too.

Known ways round it, by design: newer bars of a symbol, from any source, open its older ones. A universe, horizon or
label that differs a little is another hypothesis with an opening of its own; `seen_by` then names the first. An
index that reaches further than the stocks shows the market of their sealed days to queries, not to experiments.
Tickets tell what a rule does on the newest bar; each such rule is a counted trial.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from tools.kernel.types import Record
from tools.lake.holdings import FILE_STATISTICS, Rows, has_inlined

SHARE = 0.15
SHORTEST = timedelta(days=365)
SEALED_TABLES = frozenset({"bars", "actions", "fundamentals", "quarantine"})

Span = tuple[datetime, datetime]
"""The times of the first and the last bar."""

SPANS = f"""
SELECT part.partition_value, min(stats.min_value), max(stats.max_value)
{FILE_STATISTICS}WHERE held.table_name = 'bars' AND col.column_name = 'ts'
"""


class Sealed(Record):
    """The bars that nobody may look at until the holdout of the hypothesis is opened; both days are included."""

    start: date
    end: date


def last_open_days(reach: Mapping[str, Span]) -> dict[str, date]:
    """Return the last day of each symbol that may be read; nothing where no history is long enough to seal any."""
    longest = max((last - first for first, last in reach.values()), default=timedelta())
    if longest < SHORTEST:
        return {}
    return {symbol: max(last - SHARE * longest, _a_year_before(last)).date() for symbol, (_, last) in reach.items()}


def sealed_from(last_day: date) -> datetime:
    """Return the first moment after the last day that may be read."""
    return datetime.combine(last_day + timedelta(days=1), time.min)


def spans(rows: Rows, version: int | None = None) -> dict[str, Span]:
    """Return the reach of every symbol of the attached lake, over all intervals and sources.

    With `version`, as it was at that snapshot. The statistics of all files that the catalogue knows answer; they
    may reach further than the rows do after something was removed, never less far.
    """
    if has_inlined(rows, "bars"):
        found = rows("SELECT symbol, min(ts), max(ts) FROM lake.bars GROUP BY symbol", [])
    else:
        upto = "" if version is None else f"AND file.begin_snapshot <= {version:d}"
        found = rows(f"{SPANS} {upto} GROUP BY ALL", [])
    return {symbol: (_moment(first), _moment(last)) for symbol, first, last in found}


def sealed_note(last_days: Mapping[str, date]) -> tuple[str, ...]:
    """Return in one sentence what is left out, for those who look at what is left; nothing where all is shown."""
    if not last_days:
        return ()
    first, last = min(last_days.values()), max(last_days.values())
    days = f"{first}" if first == last else f"{first} to {last}, by symbol"
    return (f"Sealed and left out: what lies after {days}.",)


def reads_sealed(sql: str) -> bool:
    """Return whether a query names a table of which a part is sealed."""
    return any(re.search(rf"\b{table}\b", sql, re.IGNORECASE) for table in SEALED_TABLES)


def _moment(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _a_year_before(moment: datetime) -> datetime:
    try:
        return moment.replace(year=moment.year - 1)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year - 1, day=28)
