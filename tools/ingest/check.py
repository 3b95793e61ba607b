"""What sources delivered, checked and put together: the frames to write, table by table, and the quarantine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from tools.ingest.clean import Cleaned, clean_actions, clean_bars, clean_others
from tools.ingest.normalise import in_utc, normalise, unfinished
from tools.ingest.source import Fetched, Missing
from tools.kernel.errors import SourceUnavailable
from tools.lake.keys import arranged
from tools.lake.tables import QUARANTINE, QUARANTINE_KEY, TABLES, empty

NOUNS: Mapping[str, str] = {
    "bars": "row",
    "actions": "corporate action",
    "news": "headline",
    "fundamentals": "figure",
    "listings": "listing",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one source sent for the symbols it was asked for; `carried` is all it has, where it can tell."""

    source: str
    symbols: tuple[str, ...]
    fetched: Fetched
    carried: tuple[str, ...] | None

    def missing(self) -> dict[str, Missing]:
        """Return why symbols that were asked for are not there; a companion such as the benchmark is not."""
        return {symbol: why for symbol, why in self.fetched.missing.items() if symbol in self.symbols}


@dataclass(frozen=True, slots=True)
class Batch:
    """Checked rows by table, the rows that failed, and a sentence for each symbol and reason."""

    sources: tuple[str, ...]
    good: Mapping[str, pd.DataFrame]
    quarantine: pd.DataFrame
    rejected: Mapping[str, Mapping[str, int]]
    warnings: tuple[str, ...]

    def symbols(self, table: str) -> tuple[str, ...]:
        """Return the symbols that have rows in `table` or in quarantine, in order of appearance."""
        columns = (self.good[table]["symbol"], self.quarantine["symbol"])
        return tuple(dict.fromkeys(str(symbol) for column in columns for symbol in column.unique()))

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """What to write, by table."""
        return {**self.good, "quarantine": self.quarantine}


def check(deliveries: Sequence[Delivery], now: datetime) -> Batch:
    """Check what came; `now` (aware) decides which bars are over.

    Raises SourceUnavailable where a source delivered rows in the name of another: vendors are never mixed.
    """
    cleaned = {table: _clean(table, deliveries, now) for table in NOUNS}
    bad = pd.concat([each.quarantine(table) for table, each in cleaned.items()], ignore_index=True)
    bad = bad if len(bad) else empty(QUARANTINE)
    return Batch(
        sources=tuple(dict.fromkeys(each.source for each in deliveries)),
        good={table: each.rows for table, each in cleaned.items()},
        quarantine=arranged(bad, QUARANTINE_KEY)[0],
        rejected={table: _by_symbol(each) for table, each in cleaned.items()},
        warnings=tuple(line for table, each in cleaned.items() for line in each.warnings(NOUNS[table])),
    )


def _clean(table: str, deliveries: Sequence[Delivery], now: datetime) -> Cleaned:
    frames = [_own(each, getattr(each.fetched, table)) for each in deliveries]
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    if not filled:
        return clean_others(table, empty(TABLES[table].columns))
    frame = filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)
    if table == "bars":
        bars = normalise(frame)
        return clean_bars(bars, late=unfinished(bars, now))
    if table == "actions":
        return clean_actions(in_utc(frame))
    return clean_others(table, in_utc(frame) if "ts" in frame else frame)


def _own(delivery: Delivery, frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` where every row is in the name of the source that delivered it."""
    others = set(frame["source"].dropna().unique()) - {delivery.source}
    if others:
        raise SourceUnavailable(
            f"The source {delivery.source!r} delivered rows in the name of {', '.join(sorted(map(str, others)))}.",
            hint="Nothing was stored. This is a fault of the source: report it to its author.",
        )
    return frame


def _by_symbol(cleaned: Cleaned) -> dict[str, int]:
    counts: dict[str, int] = {}
    for (symbol, _), count in cleaned.rejected.items():
        counts[symbol] = counts.get(symbol, 0) + count
    return counts
