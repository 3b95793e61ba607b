"""What a load reports about one symbol."""

from __future__ import annotations

from datetime import date

from tools.kernel.types import Count, Record


class Ingested(Record):
    """What came in for one symbol."""

    symbol: str
    source: str
    rows: Count
    new_rows: Count
    restated_rows: Count = 0
    quarantined_rows: Count = 0
    first: date
    last: date
