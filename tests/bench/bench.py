"""Benchmarks: `make bench`, or `python tests/bench/bench.py --rows audit_append,first_prompt [--strict]`.

Prints a table and appends one JSON line a figure to build/bench.jsonl. A peer is measured in the same run, on the
same machine, so ratios travel better than values. A missed budget is red; with --strict it is exit code 1. A row
that cannot run is exit code 1 always.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from audit_rows import audit_append, audit_verify
from backtest_rows import backtest_cross_section, backtest_rule, backtest_sweep, backtest_wide
from expr_rows import expr_compile, expr_evaluate
from feature_rows import (
    features_2500k,
    features_beside_pandas_ta,
    features_beside_talib,
    features_beside_talib_bare,
)
from firewall_rows import firewall
from lake_rows import ingest_daily_2500k, ingest_minute_585k, lake_open_5000, lake_reads
from measurement import BUILD, Measurement
from model_rows import constrained_call, constrained_overhead, plan_cold, plan_warm
from report_rows import report_write
from research_rows import experiment_20x33
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sandbox_rows import sandbox_first, sandbox_warm
from session_rows import experiment_sample, first_prompt, peak_memory

from tools.kernel.fingerprint import code_version
from tools.kernel.spec import utc_now

ROWS: tuple[Callable[[], list[Measurement]], ...] = (
    first_prompt,
    plan_cold,
    plan_warm,
    constrained_overhead,
    constrained_call,
    experiment_sample,
    experiment_20x33,
    audit_append,
    audit_verify,
    ingest_daily_2500k,
    ingest_minute_585k,
    lake_reads,
    lake_open_5000,
    expr_compile,
    expr_evaluate,
    sandbox_first,
    sandbox_warm,
    features_2500k,
    features_beside_pandas_ta,
    features_beside_talib,
    features_beside_talib_bare,
    firewall,
    backtest_cross_section,
    backtest_rule,
    backtest_wide,
    backtest_sweep,
    report_write,
    peak_memory,
)


WIDTH = 120  # where the output is not a terminal


def machine() -> str:
    """Return processor, cores and system in one line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def record(figure: Measurement, path: Path) -> None:
    """Append a figure to the JSON lines at `path`."""
    line = {
        "name": figure.name,
        "value": figure.value,
        "unit": figure.unit,
        "budget": figure.budget,
        "peer": figure.peer,
        "peer_value": figure.peer_value,
        "ratio": figure.ratio,
        "machine": machine(),
        "ts": utc_now().isoformat(timespec="seconds"),
        "code": code_version(),
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def number(value: float | None) -> str:
    """Return a figure with three significant digits, or whole where it is larger."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def add_figure(table: Table, figure: Measurement) -> None:
    """Add one line to the table."""
    style = "" if figure.budget is None else "bold red" if figure.missed else "green"
    table.add_row(
        figure.name,
        Text(number(figure.value), style=style),
        figure.unit,
        number(figure.budget),
        figure.peer,
        number(figure.peer_value),
        "" if figure.ratio is None else f"{figure.ratio:.2f}x",
    )


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Run SLQ's benchmarks.")
    names = [row.__name__ for row in ROWS]
    parser.add_argument("--rows", default=",".join(names), help=f"comma-separated, of: {', '.join(names)}")
    parser.add_argument("--strict", action="store_true", help="exit code 1 where a budget is missed")
    parser.add_argument("--output", type=Path, default=BUILD / "bench.jsonl", help="where the JSON lines go")
    chosen = parser.parse_args()
    chosen.rows = [name.strip() for name in chosen.rows.split(",") if name.strip()]
    unknown = [name for name in chosen.rows if name not in names]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}; there are: {', '.join(names)}")
    return chosen


def main() -> int:
    """Run the chosen rows in the order of the table; return the exit code."""
    chosen = options()
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    BUILD.mkdir(exist_ok=True)
    table = Table(title=machine(), title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in ("figure", "value", "unit", "budget", "peer", "peer value", "ratio"):
        table.add_column(column, justify="right" if "value" in column or column in {"budget", "ratio"} else "left")
    missed, broken = 0, []
    for row in (row for row in ROWS if row.__name__ in chosen.rows):
        try:
            with console.status(row.__name__):
                figures = row()
        except Exception as error:  # noqa: BLE001  one row that cannot run must not hide the others
            broken.append(f"{row.__name__} cannot run: {type(error).__name__}: {error}")
            continue
        for figure in figures:
            record(figure, chosen.output)
            add_figure(table, figure)
            missed += figure.missed
    console.print(table)
    for line in broken:
        console.print(line, style="bold red", markup=False)
    return int(bool(broken) or (chosen.strict and missed > 0))


if __name__ == "__main__":
    sys.exit(main())
