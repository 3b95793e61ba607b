"""Experiments side by side in the terminal. Pure: nothing here prints, reads or decides.

Ids are long and are there to be copied: each stands on a line of its own with a number, which the figures and the
settings that differ refer to. So five runs fit into 80 columns.
"""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from copilot.table import Record, record_rows, warning_lines
from copilot.untrusted import plain

FIGURES = ("sharpe", "sharpe_stderr", "cagr", "max_drawdown", "turnover", "sharpe_over_equal_weight")
MOST_RUNS_WIDTH = 20
LABELS = {
    "experiment": "run",
    "sharpe_stderr": "±",
    "max_drawdown": "drawdown",
    "sharpe_over_equal_weight": "vs EW",
}


def compare_view(record: Record) -> RenderableType:
    """Return the ids, a table of their figures and the settings in which they differ."""
    lines = record["experiments"]
    ids = _grid(None, None)
    for number, line in enumerate(lines, start=1):
        ids.add_row(Text(f"#{number}", style="field"), plain(line["experiment"], "accent"))
    # Records made before there were verdicts lack both; a column of nothing says nothing.
    judged = [name for name in ("verdict", "trials") if any(line.get(name) is not None for line in lines)]
    numbered = [
        {**line, "experiment": f"#{number}", "verdict": line.get("verdict") or "not judged"}
        | ({"trials": ""} if line.get("trials") is None else {})
        for number, line in enumerate(lines, start=1)
    ]
    names = ("experiment", *judged, *FIGURES)
    figures = record_rows("compare_experiments", "experiments", {"experiments": numbered}, names, labels=LABELS)
    parts: list[RenderableType] = [ids, Text(), figures]
    if record["differences"]:
        parts += [Text("\nthey differ in", style="quiet"), _differences(record["differences"])]
    return Group(*parts, warning_lines(record))


def _differences(differences: list[Record]) -> Table:
    """Return a line for each value of a setting, with the numbers of the runs that have it."""
    grid = _grid(None, MOST_RUNS_WIDTH, None)
    for difference in differences:
        name = difference["setting"].replace("_", " ")
        for value in dict.fromkeys(difference["values"]):
            runs = [f"#{number}" for number, each in enumerate(difference["values"], start=1) if each == value]
            grid.add_row(plain(name, "field"), Text(" ".join(runs), style="quiet"), plain(value))
            name = ""
    return grid


def _grid(*widths: int | None) -> Table:
    """Return a table without lines; a column is as wide as its text, or at most as wide as said."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    for width in widths:
        grid.add_column(overflow="fold", max_width=width)
    return grid
