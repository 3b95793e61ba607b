"""`ingest_data`: bring market data into the lake."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from tools.kernel.spec import Context, Effect, Tool
from tools.kernel.types import Args, Count, Record, Result


class IngestArgs(Args):
    """What to load, from where, for which dates."""

    symbols: tuple[str, ...] = Field(min_length=1, max_length=1000)
    kind: Literal["bars", "news", "fundamentals"] = "bars"
    interval: Literal["1d", "1h", "1m"] = "1d"
    start: date | None = None
    end: date | None = None
    source: str = Field(default="auto", pattern="^[a-z][a-z0-9_]*$", max_length=40)
    path: str | None = Field(default=None, max_length=1000)
    timezone: str | None = Field(default=None, max_length=64)


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


class IngestResult(Result):
    """Rows loaded, by symbol, and the snapshot that holds them."""

    kind: str = "bars"
    symbols: tuple[Ingested, ...]
    rows: Count
    new_rows: Count
    data_snapshot: int
    warnings: tuple[str, ...]


def ingest_data(ctx: Context, args: IngestArgs) -> IngestResult:
    """Load, download, fetch, pull or get price bars for symbols into the local lake."""
    from tools.ingest.load import collect, find_source, store, with_benchmark
    from tools.ingest.universe import resolve
    from tools.lake.store import lake_symbols

    symbols = resolve(args.symbols, extra=lake_symbols(ctx.workspace))
    source = find_source(args.source)
    batch = collect(source, symbols, args.interval, args.start, args.end, progress=ctx.progress)
    batch = with_benchmark(batch, source, args.interval, args.start, args.end, progress=ctx.progress)
    report = store(ctx.workspace, batch)
    loaded = tuple(
        Ingested(
            symbol=symbol,
            source=source.name,
            rows=len(rows),
            new_rows=report.bars[symbol].new_rows,
            first=rows["ts"].iloc[0].date(),
            last=rows["ts"].iloc[-1].date(),
        )
        for symbol, rows in batch.by_symbol().items()
    )
    restated = tuple(
        f"{symbol}: {change.changed_rows} stored {'row was' if change.changed_rows == 1 else 'rows were'} restated."
        for symbol, change in report.bars.items()
        if change.changed_rows
    )
    return IngestResult(
        symbols=loaded,
        rows=sum(each.rows for each in loaded),
        new_rows=report.new_rows,
        data_snapshot=report.snapshot_id,
        warnings=(*batch.warnings, *restated),
    )


INGEST_DATA = Tool(
    name="ingest_data",
    args=IngestArgs,
    result=IngestResult,
    effect=Effect.NETWORK,
    run=ingest_data,
    positional="symbols",
    examples=("load the daily bars for Apple, IBM and Microsoft", "get me MSFT prices since 2005"),
)
