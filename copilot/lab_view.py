"""Features and scripts as rich renderables. Pure: nothing here prints, reads or decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from copilot.sparkline import bar, sparkline
from copilot.table import Record, new_table, warning_lines, year_columns
from copilot.untrusted import plain
from tools.features.evidence import Evidence
from tools.kernel.format import counted, format_value

ROWS_SHOWN = 40
BAR_WIDTH = 24
MOST_BARS = 31  # as many as a month has days: a longer table is no chart
FOLDED_LINES = 24


def features_view(record: Record) -> RenderableType:
    """Return the features of `generate_features` or `check_features`, one below the other."""
    parts: list[RenderableType] = []
    for feature in record["features"]:
        parts += [_feature(feature), Text()]
    return Group(*parts[:-1], *_notes(record))


def _feature(feature: Record) -> RenderableType:
    evidence = Evidence.model_validate(feature["evidence"])
    head = plain(feature["name"], "accent")
    head.append_text(_what(feature))
    parts: list[RenderableType] = [head, _proof(evidence), _correlations(evidence)]
    if feature["recent"]:
        parts += [Text(), _recent(feature["recent"])]
    for name in ("file", "page"):
        if name in feature:
            parts.append(Text.assemble((f"{name}  ", "field"), plain(feature[name])))
    return Group(*parts)


def _what(feature: Record) -> Text:
    """Return what a feature is: its specification where the name does not say it, unit, warm-up."""
    said = dict.fromkeys((feature["spec"], feature["description"]))
    words = [text for text in said if text not in (feature["name"], "python")]
    if feature["unit"] not in ("none", "not stated"):
        words.append(feature["unit"])
    warmup = feature["warmup_bars"]
    words.append(f"warm-up {counted(warmup, 'bar')}" if warmup else "no warm-up")
    return plain("  " + " · ".join(words), "quiet")


def _proof(evidence: Evidence) -> Text:
    """Return in a line what was proved, or one line for each thing that was found."""
    if evidence.holds:
        return Text.assemble(("✓ ", "good"), f"no look-ahead found: {_tried(evidence)}")
    found = [plain(f"✗ {check.detail}", "bad") for check in evidence.failed]
    found += [plain(f"? {check.name}: {check.detail}", "warn") for check in evidence.missing]
    return Text("\n").join(found)


def _tried(evidence: Evidence) -> str:
    ran = sum(check.passed is not None for check in evidence.checks)
    return f"{ran} probes on {counted(evidence.bars, 'bar')} of {counted(evidence.symbols, 'symbol')}"


def _correlations(evidence: Evidence) -> Text:
    if evidence.ic is None:
        return Text("  IC undefined: too few bars, or it does not vary", style="quiet")
    figures = [format_value(value, "correlation") for value in (evidence.ic, evidence.ic_lagged)]
    band = format_value(evidence.placebo_p95, "correlation").removeprefix("+")
    within = evidence.placebo_p95 is not None and abs(evidence.ic) <= evidence.placebo_p95
    verdict = "no more than chance" if within else "more than chance"
    return Text(
        f"  IC {figures[0]}, one bar late {figures[1]}; 95 % of placebos within ±{band}: {verdict}", style="quiet"
    )


def _recent(recent: Sequence[Record]) -> RenderableType:
    """Return a sparkline a symbol with its last value, and the period; each line has a scale of its own."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, overflow="crop")
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(no_wrap=True)
    periods = [f"{each['first']} to {each['last']}" for each in recent]
    alike = len(set(periods)) == 1
    for each, period in zip(recent, periods, strict=True):
        known = [value for value in each["values"] if value is not None]
        number = f"{known[-1]:,.4g}" if known else ""
        line = Text(sparkline(each["values"]), style="accent")
        grid.add_row(plain(each["symbol"], "field"), line, number, Text("" if alike else period, "quiet"))
    count = max(len(each["values"]) for each in recent)
    head = f"last {count} bars" + (f", {periods[0]}" if alike else "")
    return Group(Text(head, style="quiet"), grid)


def _notes(record: Record) -> list[RenderableType]:
    """Return which protections code ran under, where any ran, and the warnings."""
    return [text for text in (_layers(record["layers"]), warning_lines(record)) if text]


def _layers(layers: Mapping[str, str]) -> Text:
    weak = [f"{name} {state}" for name, state in layers.items() if state != "enforced"]
    if weak:
        return plain(f"\n! ran in a weaker sandbox: {', '.join(weak)}", "warn")
    return plain(f"\nran in the sandbox: {', '.join(layers)} enforced" if layers else "", "quiet")


def script_view(record: Record) -> RenderableType:
    """Return what a script found: a number, a table with bars, or where the page of its figure is."""
    parts: list[RenderableType] = []
    if record["kind"] == "number":
        parts.append(Text(format_value(record["number"]), style="accent"))
    elif record["kind"] == "figure":
        parts.append(Text.assemble(("page  ", "field"), plain(record["page"])))
    else:
        parts.append(_script_table(record))
    return Group(*parts, *_notes(record))


def _script_table(record: Record) -> RenderableType:
    shown = record["rows"][:ROWS_SHOWN]
    numbers = _numeric_columns(record)
    charted = numbers[-1] if _one_chart(record, numbers) else None
    names = (*map(str, record["columns"]), *([""] if charted is not None else []))
    made = new_table(*names, numeric=len(names))
    for position in numbers:
        made.columns[position].justify = "right"
    largest = max((abs(row[charted]) for row in shown if row[charted] is not None), default=0) if charted else 0
    years = year_columns(record["columns"], record["rows"])
    for row in shown:
        cells = [
            plain(str(value) if place in years else "" if value is None else _cell(value))
            for place, value in enumerate(row)
        ]
        made.add_row(*cells, *([_bar(row[charted], largest)] if charted is not None else []))
    hidden = record["row_count"] - len(shown)
    return made if hidden <= 0 else Group(made, Text(f"... and {counted(hidden, 'more row')}", style="quiet"))


def _numeric_columns(record: Record) -> list[int]:
    """Return the columns that hold numbers and nothing else."""
    return [
        position
        for position in range(len(record["columns"]))
        if record["rows"] and all(_is_number(row[position]) for row in record["rows"])
    ]


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _one_chart(record: Record, numbers: Sequence[int]) -> bool:
    """Tell whether a table is labels (in order, or text) with one column of figures beside them."""
    rows = record["rows"]
    if not 2 <= len(rows) <= MOST_BARS or len(record["columns"]) != 2 or 1 not in numbers:  # noqa: PLR2004
        return False
    if 0 not in numbers:
        return True
    labels = [row[0] for row in rows]
    return all(isinstance(label, int) for label in labels) and all(a < b for a, b in pairwise(labels))


def _cell(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, float) and not value.is_integer() else format_value(value)


def _bar(value: float | None, largest: float) -> Text:
    return Text(bar(value or 0.0, largest, BAR_WIDTH), style="bad" if (value or 0.0) < 0 else "accent")


def code_view(code: str) -> Text:
    """Return code dimmed, its lines numbered as failures number them; of long code the first lines."""
    lines = plain(code.strip("\n").expandtabs(4), "quiet").split("\n", allow_blank=True)
    width = len(str(len(lines)))
    text = Text("\n").join(
        Text.assemble((f"{number:>{width}}  ", "dim"), line)
        for number, line in enumerate(lines[:FOLDED_LINES], start=1)
    )
    if len(lines) > FOLDED_LINES:
        text.append(
            f"\n... and {len(lines) - FOLDED_LINES:,} more lines, all of them on the audit log", style="quiet"
        )
    return text
