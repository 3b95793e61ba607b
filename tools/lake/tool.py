"""`query_data`: one SELECT over the lake."""

from __future__ import annotations

from time import perf_counter

from pydantic import Field

from tools.kernel.errors import NoData
from tools.kernel.spec import Context, Effect, Tool
from tools.kernel.types import Args, Count, Result, Seconds

ROW_LIMIT = 1000
TIMEOUT_SECONDS = 10.0


class QueryArgs(Args):
    """The query, in DuckDB's SQL, over the views: the tables of the lake, and `symbols`, what there is of each."""

    sql: str = Field(min_length=1, max_length=10_000)


class QueryResult(Result):
    """The first rows of the answer, as text and numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | bool | None, ...], ...]
    row_count: Count
    truncated: bool
    data_snapshot: int
    seconds: Seconds
    warnings: tuple[str, ...] = ()


def query_data(ctx: Context, args: QueryArgs) -> QueryResult:
    """Run one SQL SELECT query over the tables of the lake."""
    from tools.lake.seal import reads_sealed, sealed_note
    from tools.lake.store import lake_exists, open_lake

    if not lake_exists(ctx.workspace):
        raise NoData("The lake is empty.", hint="Load some data first: /ingest_data AAPL, IBM, MSFT")
    begun = perf_counter()
    with open_lake(ctx.workspace) as lake:
        snapshot = lake.snapshot_id()
        columns, rows, truncated = lake.query(args.sql, row_limit=ROW_LIMIT, timeout_seconds=TIMEOUT_SECONDS)
        sealed = sealed_note(lake.readable(lake.symbols())) if reads_sealed(args.sql) else ()
    return QueryResult(
        columns=columns,
        rows=rows,
        row_count=len(rows),
        truncated=truncated,
        data_snapshot=snapshot,
        seconds=perf_counter() - begun,
        warnings=sealed,
    )


QUERY_DATA = Tool(
    name="query_data",
    args=QueryArgs,
    result=QueryResult,
    effect=Effect.READ,
    run=query_data,
    positional="sql",
    examples=("select symbol, count(*) from bars group by symbol", "run this sql: select max(close) from bars"),
)
