"""What `run_python` is asked and what it answers."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from tools.kernel.types import Args, Count, Result, Seconds

Cell = str | int | float | bool | None


class ScriptArgs(Args):
    """Python that assigns `result`: a number, a table or a Plotly figure as a dict.

    With `sql`, the rows of the query are the frame `df`. With `symbols`, daily adjusted bars are the dict `bars`:
    open, high, low, close and volume, each a frame of days x symbols.
    """

    code: str = Field(min_length=1, max_length=16_384)
    symbols: tuple[str, ...] = Field(default=(), max_length=1000)
    sql: str | None = Field(default=None, max_length=10_000)
    start: date | None = None
    end: date | None = None


class ScriptResult(Result):
    """The answer: `number`, or the first rows of a table, or the page of a figure."""

    kind: Literal["number", "table", "figure"]
    number: float | None
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_count: Count
    truncated: bool
    page: str | None
    code: str
    symbols: tuple[str, ...]
    data_snapshot: int
    layers: dict[str, str]
    cpu_seconds: Seconds
    seconds: Seconds
    warnings: tuple[str, ...]
