"""Run a script over bars or a query in the sandbox, and put its answer into a record."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any

import pandas as pd

from tools.features.bars import read_bars
from tools.features.panel import FIELDS
from tools.kernel.atomic import write_atomic
from tools.kernel.confined import Frames, run_script
from tools.kernel.errors import BadRequest, NoData
from tools.kernel.fingerprint import of_bytes
from tools.kernel.spec import Context
from tools.lake.store import lake_exists, open_lake
from tools.report.figure_page import figure_page
from tools.script.record import Cell, ScriptArgs, ScriptResult

SHOWN_ROWS = 1000
QUERY_ROWS = 1_000_000
QUERY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a script reads, by the name it knows it by."""

    frames: dict[str, pd.DataFrame | Frames]
    symbols: tuple[str, ...]
    snapshot: int
    warnings: tuple[str, ...]


def run(ctx: Context, args: ScriptArgs) -> ScriptResult:
    """Run the script.

    Raises:
        BadRequest: both or neither of `sql` and `symbols` are given, or the query is wrong.
        NoData: the lake lacks a symbol.
        SandboxError: the code was refused, failed, or was stopped.
        WorkspaceError: the page of a figure cannot be written.
    """
    started = perf_counter()
    inputs = _inputs(ctx, args)
    outcome = run_script(ctx.settings, args.code, inputs.frames)
    value = outcome.value
    answer: dict[str, Any] = {"kind": "number", "number": None, "columns": (), "rows": (), "row_count": 0}
    if isinstance(value, pd.DataFrame):
        answer |= _table(value)
    elif isinstance(value, dict):
        answer |= {"kind": "figure", "page": _page(ctx, args.code, value)}
    else:
        answer["number"] = float(value) if pd.notna(value) else None
    return ScriptResult(
        **{"truncated": False, "page": None, **answer},
        code=args.code,
        symbols=inputs.symbols,
        data_snapshot=inputs.snapshot,
        layers={layer.name: layer.state for layer in outcome.layers},
        cpu_seconds=outcome.cpu_seconds,
        seconds=perf_counter() - started,
        warnings=inputs.warnings,
    )


def _inputs(ctx: Context, args: ScriptArgs) -> Inputs:
    if (args.sql is None) == (not args.symbols):
        raise BadRequest(
            "A script reads either the bars of symbols or the rows of a query.",
            hint="Give symbols, such as IBM, or sql, such as select * from bars; not both.",
        )
    if args.sql is None:
        bars = read_bars(ctx.workspace, args.symbols, start=args.start, end=args.end)
        panel = bars.panel
        frames = {name: getattr(panel, name) for name in FIELDS}
        return Inputs({"bars": frames}, panel.symbols, bars.snapshot, bars.warnings)
    if not lake_exists(ctx.workspace):
        raise NoData("The lake is empty.", hint="Load some data first: /ingest_data AAPL, IBM, MSFT")
    with open_lake(ctx.workspace) as lake:
        snapshot = lake.snapshot_id()
        columns, rows, cut = lake.query(args.sql, row_limit=QUERY_ROWS, timeout_seconds=QUERY_SECONDS)
    warnings = (f"Only the first {QUERY_ROWS:,} rows of the query were read.",) if cut else ()
    return Inputs({"df": _frame(columns, rows)}, (), snapshot, warnings)


def _frame(columns: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...]) -> pd.DataFrame:
    """Return the rows of a query; columns of ISO times become times."""
    frame = pd.DataFrame(list(rows), columns=list(columns))
    for name in frame.columns[frame.dtypes == "str"]:
        values = frame[name].dropna()
        if len(values) and values.str.fullmatch(r"\d{4}-\d{2}-\d{2}(T[\d:.]+)?").all():
            frame[name] = pd.to_datetime(frame[name], format="ISO8601")
    return frame


def _table(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the first rows, with the index as columns where it says something."""
    plain = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    shown = frame if plain else frame.reset_index()
    rows = tuple(tuple(_cell(value) for value in row) for row in shown.head(SHOWN_ROWS).itertuples(index=False))
    return {
        "kind": "table",
        "columns": tuple(map(str, shown.columns)),
        "rows": rows,
        "row_count": len(shown),
        "truncated": len(shown) > SHOWN_ROWS,
    }


def _cell(value: Any) -> Cell:
    if isinstance(value, pd.Timestamp):
        return str(value.date() if value == value.normalize() else value.isoformat())
    if pd.isna(value):
        return None
    plain: object = value.item() if hasattr(value, "item") else value
    return plain if isinstance(plain, str | int | float | bool) else str(plain)


def _page(ctx: Context, code: str, figure: dict[str, Any]) -> str:
    path = ctx.workspace.figures / f"figure_{of_bytes(code.encode())[:12]}.html"
    write_atomic(path, figure_page(figure, code).encode())
    return path.relative_to(ctx.workspace.root).as_posix()
