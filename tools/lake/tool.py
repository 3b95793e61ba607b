"""`query_data`: one SELECT over the lake."""

from __future__ import annotations

from pydantic import Field

from tools.kernel.errors import BadRequest
from tools.kernel.spec import Context, Effect, Tool
from tools.kernel.types import Args, Count, Result, Seconds


class QueryArgs(Args):
    """The query, in DuckDB's SQL, over the views bars, actions and symbols."""

    sql: str = Field(min_length=1, max_length=10_000)


class QueryResult(Result):
    """The first rows of the answer, as text and numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | bool | None, ...], ...]
    row_count: Count
    truncated: bool
    data_snapshot: int
    seconds: Seconds


def query_data(ctx: Context, args: QueryArgs) -> QueryResult:
    """Run one SQL SELECT query over the tables of the lake."""
    raise BadRequest("under construction")


QUERY_DATA = Tool(
    name="query_data",
    args=QueryArgs,
    result=QueryResult,
    effect=Effect.READ,
    run=query_data,
    positional="sql",
    examples=("select symbol, count(*) from bars group by symbol", "run this sql: select max(close) from bars"),
)
