"""What a load did, symbol by symbol, and what it restated."""

from __future__ import annotations

from collections.abc import Sequence

from tools.ingest.check import Batch
from tools.ingest.record import Ingested
from tools.ingest.source import Request
from tools.lake.upsert import Change, WriteReport

NOTHING = Change(0, 0)


def ingested(batch: Batch, report: WriteReport, request: Request) -> tuple[Ingested, ...]:
    """Return a record for each symbol that has good rows: those asked for in their order, then what came along."""
    frame = batch.good[request.kind]
    spans = frame.groupby(["symbol", "source"], sort=False)["ts"].agg(["size", "min", "max"])
    rank = {symbol: number for number, symbol in enumerate(request.symbols)}
    changes = report.changes.get(request.kind, {})
    rejected = batch.rejected[request.kind]
    rows = [
        Ingested(
            symbol=symbol,
            source=source,
            rows=size,
            new_rows=changes.get(symbol, NOTHING).new_rows,
            restated_rows=changes.get(symbol, NOTHING).changed_rows,
            quarantined_rows=rejected.get(symbol, 0),
            first=first.date(),
            last=last.date(),
        )
        for (symbol, source), size, first, last in zip(
            spans.index, spans["size"].tolist(), spans["min"], spans["max"], strict=True
        )
    ]
    return tuple(sorted(rows, key=lambda each: rank.get(each.symbol, len(rank))))


def restated(rows: Sequence[Ingested], snapshot: int) -> tuple[str, ...]:
    """Return a sentence for each symbol whose stored rows were changed by the load that made `snapshot`."""
    return tuple(
        f"{each.symbol}: {each.restated_rows} stored {'row was' if each.restated_rows == 1 else 'rows were'} "
        f"restated; snapshot {snapshot - 1} keeps what was known before."
        for each in rows
        if each.restated_rows
    )
