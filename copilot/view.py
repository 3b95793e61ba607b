"""Records as rich renderables. Pure: nothing here prints, reads or decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from copilot.compare_view import compare_view
from copilot.explain_view import explain_view
from copilot.lab_view import code_view, features_view, script_view
from copilot.messages import Call, Observation
from copilot.record_view import record_view
from copilot.setup_view import setup_lines
from copilot.table import Record, new_table, record_rows, warning_lines, year_columns
from copilot.untrusted import plain
from copilot.verdict_view import verdict_lines
from tools.backtest.record import Metrics
from tools.backtest.rule_words import rule_words
from tools.catalog import find_tool
from tools.kernel.format import counted, format_seconds, format_value
from tools.kernel.spec import Effect
from tools.kernel.types import unit_of
from tools.trade.ticket import Ticket

ROWS_SHOWN = 40
MARKS = {"ok": "✓", "failed": "✗", "rejected": "✗", "pending": "…", "cancelled": "⏹"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")
STYLES = {"ok": "good", "failed": "bad", "rejected": "warn", "pending": "warn", "cancelled": "warn"}


def call_card(
    call: Call,
    effect: Effect,
    assumed: Sequence[str] = (),
    unheard: Sequence[str] = (),
    steps: tuple[int, int] = (1, 1),
) -> RenderableType:
    """Return the card of a call about to run: tool, effect, which of how many `steps`, arguments, defaults.

    Numbers nobody stated are marked, and words that the call leaves out are named.
    """
    grid = Table.grid(padding=(0, 2))
    for name, value in call.args.items():
        text = code_view(value) if name == "code" and isinstance(value, str) else plain(format_value(value))
        if name in assumed:
            text.append("  assumed", style="warn")
        grid.add_row(Text(name, style="field"), text)
    defaults = _defaults(call)
    if defaults:
        grid.add_row(Text("by default", style="quiet"), plain(defaults, "quiet"))
    if unheard:
        grid.add_row(Text("not understood", style="warn"), plain(", ".join(unheard), "warn"))
    title = Text.assemble((call.tool, "tool"), (" · ", "quiet"), (effect.value, f"effect.{effect.value}"))
    if steps[1] > 1:
        title.append(f" · step {steps[0]} of {steps[1]}", style="quiet")
    return Panel(grid, title=title, title_align="left", border_style="quiet", padding=(0, 1), expand=False)


def _defaults(call: Call) -> str:
    """Return the arguments that the call leaves to their defaults, where those do something."""
    fields = find_tool(call.tool).args.model_fields.items()
    left = [(name, info.default) for name, info in fields if name not in call.args and not info.is_required()]
    said = ((name, value) for name, value in left if value is not False and value not in (None, ()))
    return " · ".join(f"{name} {format_value(value)}" for name, value in said)


def outcome(observation: Observation) -> RenderableType:
    """Return what came of a call: a status line, then its record."""
    status = observation.status
    line = Text.assemble(
        (f"{MARKS[status]} {_ending(observation)}", STYLES[status]),
        (f"  {observation.call.tool}  {format_seconds(observation.seconds)}  {observation.call_id}", "quiet"),
    )
    if observation.failure is not None:
        failure = observation.failure
        line.append_text(plain(f"\n  {failure.message}", "bad"))
        if failure.hint:
            line.append_text(plain(f"\n  {failure.hint}", "quiet"))
    body = result_view(observation.call.tool, observation.result)
    return line if body is None else Group(line, Padding(body, (1, 0, 1, 2)))


def _ending(observation: Observation) -> str:
    """Return in a word how a call ended: what a promise forbids did not fail, it was refused."""
    failure = observation.failure
    return "refused" if failure is not None and failure.kind == "GateFailed" else observation.status


def result_view(tool: str, record: Record | None) -> RenderableType | None:
    """Return the record of a tool as a table, or None where its answer says it all."""
    if record is None:
        return None
    view = VIEWS.get(tool)
    return record_view(find_tool(tool).result, record) if view is None else view(record)


def _ingested(record: Record) -> RenderableType:
    # What is unusual gets a column only where it happened.
    unusual = [
        name for name in ("restated_rows", "quarantined_rows") if any(item[name] for item in record["symbols"])
    ]
    names = ("symbol", "source", "rows", "new_rows", *unusual, "first", "last")
    return Group(record_rows("ingest_data", "symbols", record, names, numeric=2), warning_lines(record))


LABELS = {
    "sharpe_stderr": "± standard error",
    "cagr": "CAGR",
    "days": "out of sample",
    "turnover": "turnover, x a year",
}
HEADLINE = ("sharpe", "sharpe_stderr", "cagr", "max_drawdown", "turnover", "days")


def metric_table(columns: Mapping[str, Record], names: Sequence[str] = tuple(Metrics.model_fields)) -> Table:
    """Return a table with a row for each metric of `names` and a column for each of `columns`."""
    table = new_table("", *columns)
    for name in names:
        label = Text(LABELS.get(name, name.replace("_", " ")), style="field")
        table.add_row(label, *(format_value(column[name], unit_of(Metrics, name)) for column in columns.values()))
    return table


def _experiment(record: Record) -> RenderableType:
    config = record["config"]
    what = f"{', '.join(config['features'])} → {config['model']}"
    if config.get("entry") is not None:
        what = rule_words(config["entry"], config["exit"])
    head = Text.assemble(
        (record["experiment"], "accent"),
        plain(f"\n{what} on {', '.join(config['symbols'])}"),
        (f"\n{_setup(record)}{_sealed(record)}", "quiet"),
    )
    benchmarks = {name.replace("_", " "): metrics for name, metrics in record["benchmarks"].items()}
    costs = Text("\ncosts  ", style="quiet")
    for point in record["cost_curve"]:
        costs.append(f"{point['multiple']}x Sharpe {format_value(point['sharpe'], 'ratio')}   ", style="quiet")
    figures = metric_table({"strategy": record["oos"], **benchmarks})
    return Group(head, *setup_lines(record), Text(), figures, costs, *verdict_lines(record), warning_lines(record))


def _sealed(record: Record) -> str:
    held = record["sealed"]
    return f"\nsealed as its holdout: {held['start']} to {held['end']}" if held else ""


def _setup(record: Record) -> str:
    """Return in a line what decides a result besides features and symbols."""
    config = record["config"]
    cost_bps = config["commission_bps"] + config["slippage_bps"]
    period = f"{config['start']} to {config['end']}"
    learnt = (
        f"{len(record['folds'])} folds, {period}, horizon {config['horizon_days']} d, best {config['top_n']} held"
    )
    return (
        f"{learnt if record['folds'] else period}, {cost_bps:g} bps a trade, "
        f"fill at the {config['fill'].replace('_', ' ')}, snapshot {record['provenance']['data_snapshot']}"
    )


def _inventory(record: Record) -> RenderableType | None:
    if not record["items"]:
        return None
    facts: dict[str, None] = {}
    for item in record["items"]:
        facts.update(dict.fromkeys(item["facts"]))
    table = new_table("name", *facts, numeric=99)
    for item in record["items"]:
        table.add_row(plain(item["name"], "accent"), *(plain(item["facts"].get(name, "")) for name in facts))
    return table


def _query(record: Record) -> RenderableType:
    table = new_table(*record["columns"], numeric=99)
    years = year_columns(record["columns"], record["rows"])
    for row in record["rows"][:ROWS_SHOWN]:
        table.add_row(*(plain(str(value) if at in years else _cell(value)) for at, value in enumerate(row)))
    hidden = len(record["rows"]) - ROWS_SHOWN
    more = [Text(f"... and {counted(hidden, 'more row')}; add a LIMIT", style="quiet")] if hidden > 0 else []
    return Group(table, *more, *(plain(note, "quiet") for note in record.get("warnings", ())))


def _cell(value: object) -> str:
    return "" if value is None else format_value(value)


def _ticket_facts(record: Record) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_row(Text("experiment", style="field"), record["experiment"])
    for name in ("capital_usd", "invested_usd", "cost_usd", "cash_usd"):
        facts.add_row(
            Text(name.removesuffix("_usd"), style="field"), format_value(record[name], unit_of(Ticket, name))
        )
    age = format_value(record["data_age_days"], "days")
    dates = f"{record['price_date']}, {age} old; signal of {record['signal_date']}"
    facts.add_row(Text("prices of", style="field"), dates)
    facts.add_row(Text("expires", style="field"), f"{record['expires_at'][:16].replace('T', ' ')} UTC")
    return facts


def ticket_view(record: Record) -> RenderableType:
    """Return a decision ticket: positions, cash, costs, evidence, age of the data, expiry."""
    names = ("symbol", "side", "shares", "price_usd", "value_usd", "weight", "cost_usd")
    positions = record_rows("propose_trades", "positions", record, names, numeric=2)
    nothing = Text("no positions: hold cash", style="warn")
    evidence = {"strategy": record["evidence"]}
    if record["benchmark"] is not None:
        evidence["equal weight"] = record["benchmark"]
    parts: list[RenderableType] = [
        _ticket_facts(record),
        Text(),
        positions if record["positions"] else nothing,
        Text("\nout-of-sample evidence, after costs", style="quiet"),
        metric_table(evidence, HEADLINE),
        *verdict_lines(record),
        warning_lines(record),
    ]
    title = Text.assemble((record["ticket"], "bad"), (f" {record['state']}", "warn"))
    return Panel(Group(*parts), title=title, title_align="left", border_style="bad", padding=(1, 2), expand=False)


def _report(record: Record) -> RenderableType | None:
    if record["oos"] is None:
        return None
    benchmarks = {name.replace("_", " "): metrics for name, metrics in record["benchmarks"].items()}
    held, columns = record.get("holdout"), {"strategy": record["oos"]}
    if held:
        columns[f"holdout, {held['start']} to {held['end']}"] = held["oos"]
    return Group(metric_table({**columns, **benchmarks}, HEADLINE), *verdict_lines(record))


SHOWN: Mapping[str, tuple[str, ...]] = {
    "symbols": ("symbol", "source", "first", "last", "bars", "age_days", "close", "return_1y"),
    "bars": ("symbol", "ts", "open", "high", "low", "close", "volume"),
    "gaps": ("symbol", "source", "exchange", "first", "last", "expected", "missing", "extra"),
    "actions": ("symbol", "date", "kind", "value"),
    "changes": ("symbol", "table", "new", "restated", "removed"),
    "restated": ("symbol", "ts", "field", "old", "new"),
    "agreements": ("symbol", "left", "right", "bars", "beyond", "worst_field", "worst_difference", "worst_at"),
    "quarantined": ("symbol", "table", "source", "reason", "rows", "first", "last"),
}


def _shown(record: Record) -> RenderableType | None:
    """Return one table for each part that the view filled, then the runs of missing bars."""
    aside = {"symbols"} if record["view"] in ("bars", "actions") else set()
    parts: list[RenderableType] = []
    for field, names in SHOWN.items():
        if record[field] and field not in aside:
            rows = {field: [{name: _day(item[name]) for name in names} for item in record[field]]}
            parts += [record_rows("show_data", field, rows, names, numeric=2), Text()]
    days = sorted({item["readable_to"] for item in record["symbols"] if item.get("readable_to")})
    if days:
        parts += [plain(f"closes are of {' and '.join(days)}: later bars are sealed", "quiet"), Text()]
    missing = new_table("missing from", "to", "bars", numeric=2)
    for gap in record["gaps"]:
        for run in gap["runs"]:
            missing.add_row(_day(run["first"]), _day(run["last"]), format_value(run["bars"]))
    if missing.row_count:
        parts += [missing, Text()]
    return Group(*parts[:-1]) if parts else None


def _day(value: Any) -> Any:
    """Return a moment as text, without the time where it is midnight."""
    return value.removesuffix("Z").removesuffix("T00:00:00").replace("T", " ") if _is_moment(value) else value


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and MOMENT.match(value) is not None


VIEWS: Mapping[str, Callable[[Record], RenderableType | None]] = {
    "ingest_data": _ingested,
    "generate_features": features_view,
    "check_features": features_view,
    "run_experiment": _experiment,
    "run_backtest": _experiment,
    "compare_experiments": compare_view,
    "explain_experiment": explain_view,
    "list_inventory": _inventory,
    "query_data": _query,
    "show_data": _shown,
    "show_report": _report,
    "run_python": script_view,
    "propose_trades": ticket_view,
}
