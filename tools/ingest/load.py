"""From sources to the lake: ask each source once, keep its bytes, check every row, write once.

What a source lacks is reported and the rest is loaded; where nothing is left, that is an error. Another source is
never tried instead. Rows that fail a check are stored in quarantine, in the same transaction as the good ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tools.ingest.check import Batch, Delivery, check
from tools.ingest.holdings import NAMED, LastGood, last_good, still_there
from tools.ingest.raw import Entry, keep
from tools.ingest.registry import find_source
from tools.ingest.route import Failure, Route, find_routes
from tools.ingest.source import Interval, Kind, Missing, Request
from tools.ingest.universe import BENCHMARK
from tools.kernel.errors import BadRequest, NoData, SLQError, SourceUnavailable
from tools.kernel.spec import Context, Progress
from tools.lake.metadata import Provenance, record_ingest
from tools.lake.store import open_lake
from tools.lake.upsert import WriteReport

BENCHMARK_SOURCES = ("sample", "yahoo")
CARRIED = 20


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load brought: the rows, what of them was new, and what to tell the user."""

    batch: Batch
    report: WriteReport
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Routed:
    """Whom a load asks, whom it cannot ask, and what the lake held before it."""

    routes: list[Route]
    failures: list[Failure]
    held: Mapping[str, LastGood]


def routed(ctx: Context, request: Request, source: str) -> Routed:
    """Return whom `load` would ask, asking nobody. Raises as `find_routes`."""
    held = last_good(ctx.workspace, (*request.symbols, BENCHMARK), request.kind, request.interval)
    routes, failures = find_routes(
        source,
        request.symbols,
        request.kind,
        request.interval,
        order=ctx.settings.sources.split(","),
        held={symbol: each.source for symbol, each in held.items()},
        opener=partial(find_source, ctx=ctx),
    )
    return Routed(routes, failures, held)


def load(ctx: Context, request: Request, source: str) -> Loaded:
    """Load what `request` asks for from `source`, which may be "auto".

    Raises:
        BadRequest: the end is before the start, or the source cannot serve the request.
        NoData: there is nothing in the range, or no row that passes the checks.
        SourceUnavailable: no source can be reached, or none carries the symbols; says what the lake still has.
        WorkspaceError: the disk is full or the lake in use; nothing was written to it.
    """
    _refuse(request, source)
    way = routed(ctx, request, source)
    held, with_benchmark = way.held, _benchmark_route(way.routes, request, way.held)
    deliveries, unreachable = _fetch(way.routes, request, with_benchmark, ctx.progress)
    failures = [*way.failures, *unreachable]
    ctx.progress("checking", len(request.symbols), len(request.symbols))
    batch = check(deliveries, ctx.now())
    _require(batch, deliveries, failures, request, held)
    raw = [entry for each in deliveries for entry in keep(ctx.workspace, each.source, each.fetched.raw, ctx.now())]
    with open_lake(ctx.workspace) as lake:
        report = lake.write(batch.frames, message=_message(batch, request))
    record_ingest(ctx.workspace, _provenance(ctx, batch, report, raw))
    if batch.good[request.kind].empty:
        raise NoData("No row passed the checks; they are in quarantine.", hint=" ".join(batch.warnings[:NAMED]))
    return Loaded(batch, report, (*_told(deliveries, failures, held), *batch.warnings))


def _refuse(request: Request, source: str) -> None:
    if request.start is not None and request.end is not None and request.start > request.end:
        raise BadRequest(f"The end {request.end} is before the start {request.start}.", hint="Swap the two dates.")
    if request.path is not None and source != "files":
        raise BadRequest(
            f"The source {source!r} reads no files.", hint="Use the source files, or leave the path out."
        )


def _benchmark_route(routes: Sequence[Route], request: Request, held: Mapping[str, LastGood]) -> Route | None:
    """Return the route that brings the benchmark along; an experiment without an index is half an answer.

    It comes from the source the lake has it from, where that is asked anyway; else from the first that offers it.
    """
    if request.kind != "bars" or request.interval != "1d" or BENCHMARK in request.symbols:
        return None
    allowed = (held[BENCHMARK].source,) if BENCHMARK in held else BENCHMARK_SOURCES
    return next((route for route in routes if route.source.name in allowed), None)


def _fetch(
    routes: Sequence[Route], request: Request, with_benchmark: Route | None, progress: Progress
) -> tuple[list[Delivery], list[Failure]]:
    """Ask each source once. A source that cannot be used is a failure; so is one of several that refuses."""
    deliveries, failures = [], []
    for route in routes:
        extra = (BENCHMARK,) if route is with_benchmark else ()
        try:
            fetched = route.source.fetch(replace(request, symbols=(*route.symbols, *extra)), progress)
        except (SourceUnavailable, BadRequest) as error:
            if isinstance(error, BadRequest) and len(routes) == 1:
                raise
            failures.append(Failure(route.source.name, route.symbols, error))
        else:
            carried = route.source.symbols(request.kind, request.interval)
            deliveries.append(Delivery(route.source.name, route.symbols, fetched, carried))
    return deliveries, failures


def _require(
    batch: Batch,
    deliveries: Sequence[Delivery],
    failures: Sequence[Failure],
    request: Request,
    held: Mapping[str, LastGood],
) -> None:
    """Raise where there is no row, good or bad, of any symbol that was asked for."""
    if set(batch.symbols(request.kind)) & set(request.symbols):
        return
    for failure in failures:
        if isinstance(failure.error, BadRequest):
            raise failure.error
        still = still_there([held[symbol] for symbol in failure.symbols if symbol in held], failure.source)
        raise SourceUnavailable(_sentences(failure.error.message, still), hint=failure.error.hint)
    missing = {symbol: (each, why) for each in deliveries for symbol, why in each.missing().items()}
    ranges = {symbol: why for symbol, (_, why) in missing.items() if why.kind == "range"}
    if ranges:
        raise _nothing_between(request, ranges)
    raise _nobody_has(missing)


def _nothing_between(request: Request, ranges: Mapping[str, Missing]) -> NoData:
    asked = f"from {request.start or 'the beginning'} to {request.end or 'the end'}"
    have = "; ".join(f"{symbol}: {why.detail}" for symbol, why in list(ranges.items())[:NAMED])
    return NoData(f"There are no {request.kind} of {', '.join(ranges)} {asked}.", hint=f"{have}.")


def _nobody_has(missing: Mapping[str, tuple[Delivery, Missing]]) -> SLQError:
    if not missing:
        return NoData("The source sent nothing.", hint="Ask for other dates, or name another source.")
    delivery, why = next(iter(missing.values()))
    if why.kind == "failure":
        named = "; ".join(f"{symbol}: {each.detail}" for symbol, (_, each) in list(missing.items())[:NAMED])
        return SourceUnavailable(f"The source {delivery.source!r} failed. {named}.", hint="Try again later.")
    listed = delivery.carried is not None and len(delivery.carried) <= CARRIED
    hint = f"It has {', '.join(delivery.carried or ())}." if listed and delivery.carried else why.detail + "."
    return SourceUnavailable(f"The source {delivery.source!r} does not have {', '.join(missing)}.", hint=hint)


def _told(
    deliveries: Sequence[Delivery], failures: Sequence[Failure], held: Mapping[str, LastGood]
) -> tuple[str, ...]:
    """Return the sentences about symbols that were not loaded, and what sources had to say."""
    told: list[str] = []
    for each in deliveries:
        told += each.fetched.notes
        missing = each.missing()
        absent = [symbol for symbol, why in missing.items() if why.kind == "symbol"]
        told += [f"Not in the source {each.source!r}, so not loaded: {', '.join(absent)}."] if absent else []
        for symbol, why in missing.items():
            if why.kind != "symbol":
                still = [held[symbol]] if why.kind == "failure" and symbol in held else []
                told.append(_sentences(f"{symbol} was not loaded: {why.detail}", still_there(still, each.source)))
    for failure in failures:
        still = [held[symbol] for symbol in failure.symbols if symbol in held]
        names = few(failure.symbols)
        told.append(_sentences(f"Not loaded: {names}. {failure.error.message}", still_there(still, failure.source)))
    return tuple(told)


def _sentences(*parts: str) -> str:
    return " ".join(part.rstrip(". ") + "." for part in parts if part)


def few(symbols: Sequence[str]) -> str:
    """Return the first symbols, and how many more there are."""
    more = f" and {len(symbols) - NAMED} more" if len(symbols) > NAMED else ""
    return f"{', '.join(symbols[:NAMED])}{more}"


def _message(batch: Batch, request: Request) -> str:
    """Return what the snapshot is called: "ingest AAPL, IBM from sample"."""
    kind: Kind = request.kind
    interval: Interval = request.interval
    what = f"{kind} of " if kind != "bars" else f"{interval} bars of " if interval != "1d" else ""
    return f"ingest {what}{few(batch.symbols(kind))} from {' and '.join(batch.sources)}"


def _provenance(ctx: Context, batch: Batch, report: WriteReport, raw: Iterable[Entry]) -> list[Provenance]:
    """Return where the rows of each symbol and table came from."""
    files: dict[tuple[str, str], list[str]] = {}
    for entry in raw:
        files.setdefault((entry.source, entry.symbol), []).append(entry.sha256)
    entries = []
    for table, frame in batch.good.items():
        by = ["symbol", "source", *(["interval"] if table == "bars" else [])]
        for key, rows in frame.groupby(by, sort=False).size().items():
            symbol, source, *interval = key
            hashes = files.get((source, symbol), [])
            entries.append(
                Provenance(
                    symbol=symbol,
                    table=table,
                    interval=interval[0] if interval else "",
                    source=source,
                    ingested_at=ctx.now(),
                    data_snapshot=report.snapshot_id,
                    rows=int(rows),
                    raw_files=len(hashes),
                    raw_sha256=tuple(hashes[:CARRIED]),
                )
            )
    return entries
