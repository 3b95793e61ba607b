"""Run a script over bars or a query in the sandbox, and put its answer into a record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import pandas as pd

from tools.features.bars import read_bars
from tools.features.panel import FIELDS
from tools.kernel.atomic import write_atomic
from tools.kernel.confined import Frames, run_script, states
from tools.kernel.errors import BadRequest, NoData
from tools.kernel.fingerprint import of_json
from tools.kernel.spec import Context
from tools.lake.store import lake_exists, open_lake
from tools.report.figure_page import figure_page
from tools.script.record import Cell, ScriptArgs, ScriptResult

SHOWN_ROWS = 1000
QUERY_ROWS = 1_000_000
QUERY_SECONDS = 30.0
LONGEST_TEXT = 1000  # characters of a cell
_INFINITE = {"inf": math.inf, "-inf": -math.inf}
_ISO_TIME = r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?"


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
        answer |= {"kind": "figure", "page": _page(ctx, args, inputs.snapshot, value)}
    else:
        answer["number"] = float(value) if math.isfinite(value) else None
    return ScriptResult(
        **{"truncated": False, "page": None, **answer},
        code=args.code,
        symbols=inputs.symbols,
        data_snapshot=inputs.snapshot,
        layers=states(outcome.layers),
        cpu_seconds=outcome.cpu_seconds,
        seconds=perf_counter() - started,
        warnings=(*inputs.warnings, *_not_finite(value)),
    )


def _not_finite(value: Any) -> tuple[str, ...]:
    """Warn of infinities, which JSON lacks: they become missing values."""
    if isinstance(value, pd.DataFrame):
        infinite = any(column.dtype.kind == "f" and column.abs().eq(math.inf).any() for _, column in value.items())
        return ("Infinite values are shown as missing.",) if infinite else ()
    if isinstance(value, dict) or math.isfinite(value):
        return ()
    return ("The result is infinite." if math.isinf(value) else "The result is unknown: there is no number.",)


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
    warnings = [f"Only the first {QUERY_ROWS:,} rows of the query were read."] if cut else []
    if args.start or args.end:
        warnings.append("The start and the end were not used: a query chooses its own days.")
    return Inputs({"df": _frame(columns, rows)}, (), snapshot, tuple(warnings))


def _frame(columns: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...]) -> pd.DataFrame:
    """Return the rows of a query; columns of ISO times become times, and every name is there once."""
    frame = pd.DataFrame(list(rows), columns=_distinct(columns))
    for name in frame.columns[frame.dtypes == "object"]:  # a query writes infinities as text
        values = frame[name].replace(_INFINITE)
        if values.map(lambda value: value is None or type(value) in (int, float)).all():
            frame[name] = values.astype(float)
    for name in frame.columns[frame.dtypes == "str"]:
        values = frame[name].dropna()
        if len(values) and values.str.fullmatch(_ISO_TIME).all():
            times = pd.to_datetime(frame[name], format="ISO8601", errors="coerce")
            if times.notna().equals(frame[name].notna()):  # 2020-02-30 is text
                frame[name] = times
    return frame


def _distinct(names: Sequence[object]) -> list[str]:
    """Return the names as text; one that was there before gets a number: close, close_2."""
    found: dict[str, None] = {}
    for name in map(str, names):
        free, number = name, 1
        while free in found:
            number += 1
            free = f"{name}_{number}"
        found[free] = None
    return list(found)


def _table(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the first rows, with the index as columns where it says something."""
    plain = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    levels = [] if plain else [frame.index.get_level_values(level) for level in range(frame.index.nlevels)]
    names = ["index" if level.name is None else level.name for level in levels]
    shown = frame.head(SHOWN_ROWS)
    cells = [*(level[:SHOWN_ROWS] for level in levels), *(shown.iloc[:, at] for at in range(shown.shape[1]))]
    return {
        "kind": "table",
        "columns": tuple(_distinct([*names, *frame.columns])),
        "rows": tuple(tuple(map(_cell, row)) for row in zip(*cells, strict=True)),
        "row_count": len(frame),
        "truncated": len(frame) > SHOWN_ROWS,
    }


def _cell(value: Any) -> Cell:
    """Return a value that JSON has; what is unknown or infinite is None, and a long text is cut."""
    if isinstance(value, pd.Timestamp):
        return str(value.date() if value == value.normalize() else value.isoformat())
    if pd.isna(value):
        return None
    plain: object = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float) and not math.isfinite(plain):
        return None
    if isinstance(plain, bool | int | float):
        return plain
    text = str(plain)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 3]}..."


def _page(ctx: Context, args: ScriptArgs, snapshot: int, figure: dict[str, Any]) -> str:
    """Write the page of a figure; the same code on other bars is another page."""
    digest = of_json([args.model_dump(mode="json"), snapshot])
    path = ctx.workspace.figures / f"figure_{digest[:12]}.html"
    write_atomic(path, figure_page(figure, args.code).encode())
    return path.relative_to(ctx.workspace.root).as_posix()
