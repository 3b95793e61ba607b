"""`ingest_data`: bring market data into the lake."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from tools.ingest.record import Ingested
from tools.ingest.shown import ShowResult, View
from tools.kernel.errors import NoData, SLQError, Suggestion
from tools.kernel.spec import Context, Effect, Reach, Tool
from tools.kernel.types import Args, Count, Result

if TYPE_CHECKING:
    from tools.ingest.source import Request


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


class IngestResult(Result):
    """Rows loaded, by symbol, and the snapshot that holds them."""

    kind: str = "bars"
    symbols: tuple[Ingested, ...]
    rows: Count
    new_rows: Count
    data_snapshot: int
    warnings: tuple[str, ...]


def ingest_data(ctx: Context, args: IngestArgs) -> IngestResult:
    """Load, download, fetch, pull or get price bars, news or fundamentals for symbols into the local lake."""
    from tools.ingest.load import load
    from tools.ingest.outcome import ingested, restated

    request, source = _request(ctx, args)
    loaded = load(ctx, request, source)
    rows = ingested(loaded.batch, loaded.report, request)
    return IngestResult(
        kind=args.kind,
        symbols=rows,
        rows=sum(each.rows for each in rows),
        new_rows=sum(each.new_rows for each in rows),
        data_snapshot=loaded.report.snapshot_id,
        warnings=(*loaded.warnings, *restated(rows, loaded.report.snapshot_id)),
    )


def _request(ctx: Context, args: IngestArgs) -> tuple[Request, str]:
    """Return what is asked for, names resolved, and the source meant. Raises BadRequest for an unknown name."""
    from tools.ingest.route import source_of, takes_any_ticker
    from tools.ingest.source import Request
    from tools.ingest.universe import resolve
    from tools.lake.store import lake_symbols

    source = source_of(args.source, args.path)
    symbols = resolve(args.symbols, extra=lake_symbols(ctx.workspace), any_ticker=takes_any_ticker(source))
    return Request(symbols, args.kind, args.interval, args.start, args.end, args.path, args.timezone), source


def reach(ctx: Context, args: IngestArgs) -> Reach:
    """Tell whether a load leaves the machine, and whom it asks for what; asks nobody.

    A load that cannot begin (an unknown name, a vendor without its key) leaves nothing: it fails before.
    """
    from tools.ingest.load import few, routed
    from tools.ingest.registry import LOCAL
    from tools.ingest.route import source_of

    if source_of(args.source, args.path) in LOCAL:
        return Reach(Effect.WRITE)
    try:
        routes = routed(ctx, *_request(ctx, args)).routes
    except SLQError:
        return Reach(Effect.WRITE)
    asked = [f"{each.source.name} for {few(each.symbols)}" for each in routes if each.source.name not in LOCAL]
    return Reach(Effect.NETWORK, " and ".join(asked)) if asked else Reach(Effect.WRITE)


INGEST_DATA = Tool(
    name="ingest_data",
    args=IngestArgs,
    result=IngestResult,
    effect=Effect.NETWORK,
    run=ingest_data,
    reach=reach,
    positional="symbols",
    examples=("load the daily bars for Apple, IBM and Microsoft", "get me MSFT prices since 2005"),
)


class ShowArgs(Args):
    """Whose data to look at (no symbols: all that are stored), from which side, and as of which day."""

    symbols: tuple[str, ...] = Field(default=(), max_length=1000)
    view: View = "summary"
    interval: Literal["1d", "1h", "1m"] = "1d"
    as_of: date | None = None
    source: str | None = Field(default=None, pattern="^[a-z][a-z0-9_]*$", max_length=40)


def show_data(ctx: Context, args: ShowArgs) -> ShowResult:
    """Show stored data of symbols: prices, gaps, splits, dividends, changes, or what was known on a past day."""
    from datetime import UTC

    from tools.ingest.show import Question, show
    from tools.ingest.universe import resolve
    from tools.lake.store import lake_symbols, open_lake

    held = lake_symbols(ctx.workspace)
    symbols = resolve(args.symbols, extra=held) if args.symbols else tuple(sorted(held))
    if not held:
        raise NoData(
            "The lake is empty.",
            hint=f"Load some data first: /ingest_data {', '.join(symbols) or 'AAPL, IBM, MSFT'}",
            suggestion=Suggestion("ingest_data", {"symbols": list(symbols)}) if symbols else None,
        )
    today = ctx.now().astimezone(UTC).date()
    with open_lake(ctx.workspace) as lake:
        return show(lake, Question(symbols, args.view, args.interval, args.as_of, args.source, today))


SHOW_DATA = Tool(
    name="show_data",
    args=ShowArgs,
    result=ShowResult,
    effect=Effect.READ,
    run=show_data,
    positional="symbols",
    examples=(
        "any gaps in IBM?",
        "what did we know about AAPL on 2010-06-30",
        "show the splits and dividends of MSFT",
        "which rows of GOOG are in quarantine",
    ),
)
