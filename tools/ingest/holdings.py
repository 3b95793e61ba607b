"""What the lake holds of symbols before a load: where each came from, and how far it reaches.

It decides which source `auto` asks, and is what a user still has where a source cannot be reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tools.ingest.source import Interval, Kind
from tools.kernel.paths import Workspace
from tools.lake.coverage import Extent, prefer
from tools.lake.holdings import among
from tools.lake.store import lake_exists, open_lake

NAMED = 5


class LastGood(NamedTuple):
    """How far the rows of a symbol reach, from which source, and the snapshot that brought the newest of them."""

    symbol: str
    source: str
    last: datetime
    snapshot: int
    written: datetime


def last_good(workspace: Workspace, symbols: Sequence[str], kind: Kind, interval: Interval) -> dict[str, LastGood]:
    """Return what the lake holds of each of `symbols`, from the source that a read would use."""
    if not symbols or not lake_exists(workspace):
        return {}
    where, values = among(symbols), list(symbols)
    if kind == "bars":
        where, values = f"{where} AND interval = ?", [*values, interval]
    with open_lake(workspace) as lake:
        if kind not in lake.tables():
            return {}
        rows = lake.read(
            "SELECT symbol, source, min(ts) AS first, max(ts) AS last, count(*) AS held, "  # noqa: S608
            f"max(snapshot_id) AS snapshot FROM lake.{kind} WHERE {where} GROUP BY symbol, source",
            values,
        )
        times = {snapshot.id: snapshot.time for snapshot in lake.snapshots()}
    found = {(row.symbol, row.source): row for row in rows.itertuples(index=False)}
    chosen = prefer(Extent(row.symbol, row.source, row.first, row.last, row.held) for row in found.values())
    newest = [found[symbol, choice.used] for symbol, choice in chosen.items()]
    return {
        row.symbol: LastGood(row.symbol, row.source, row.last, int(row.snapshot), times[int(row.snapshot)])
        for row in newest
    }


def still_there(held: Sequence[LastGood], source: str) -> str:
    """Return a sentence on what can be used while `source` cannot; "" where there is nothing."""
    if not held:
        return ""
    shown = [
        f"{each.symbol}{'' if each.source == source else f' (from {each.source})'} up to {each.last.date()}, "
        f"snapshot {each.snapshot} of {each.written.date()}"
        for each in held[:NAMED]
    ]
    more = f"; and {len(held) - NAMED} more" if len(held) > NAMED else ""
    return f"The lake still has {'; '.join(shown)}{more}."
