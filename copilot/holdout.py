"""The human side of the sealed holdout: it opens when its family's id is typed, once, on the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from copilot.app import App
from copilot.on_record import on_record
from copilot.table import few, new_table
from copilot.terminal import TerminalShell
from copilot.untrusted import plain
from copilot.view import metric_table
from tools.backtest.record import Holdout
from tools.kernel.errors import BadRequest
from tools.kernel.format import format_value
from tools.research.holdout import Planned, State, open_holdout, plan

SYMBOLS_SHOWN = 4
FIGURES = ("sharpe", "cagr", "max_drawdown", "volatility", "turnover", "days")


def open_by_hand(app: App, shell: TerminalShell, family: str, experiment: str | None = None) -> Holdout | None:
    """Say what an opening means, ask for the family's id, and open its holdout; None where it stays sealed.

    Raises:
        BadRequest: it cannot be opened, or nobody sits at a terminal.
    """
    planned = plan(app.workspace, family, experiment)
    shell.console.print(plan_view(planned))
    typed = shell.ask_exactly(family, "Type the family's id to open it; anything else leaves it sealed.")
    if typed is None:
        app.log.decision(family, "pending", detail="no terminal to ask on")
        raise BadRequest("A holdout is opened at a terminal, by a person.", hint="Run this in one.")
    if not typed:
        app.log.decision(family, "rejected", detail="the family's id was not typed")
        return None
    args = planned.model_dump(mode="json")
    return on_record(
        app,
        shell,
        "open_holdout",
        args,
        lambda ctx: open_holdout(ctx, planned, at=ctx.now()),
        confirmed=family,
    )


def plan_view(planned: Planned) -> RenderableType:
    """Return what opening means, before anybody decides."""
    lines = [
        Text.assemble(("holdout of ", "quiet"), (planned.family, "accent")),
        plain(f"{planned.start} to {planned.end}{'' if planned.seen_by else ', never shown to any tool so far'}."),
        plain(f"{planned.experiment} will be run on it. This can be done once for this hypothesis.", "warn"),
    ]
    if planned.resumed:
        lines.append(plain("It was opened before and the run was cut off; it will be finished.", "warn"))
    if planned.seen_by:
        names = ", ".join(planned.seen_by)
        lines.append(plain(f"Not a clean test: {names} had read some of these bars before.", "bad"))
    return Group(*lines)


def holdout_view(held: Holdout) -> RenderableType:
    """Return the figures on the holdout beside those of the walk-forward test."""
    dumped = held.model_dump(mode="json")
    columns = {"walk-forward": dumped["walk_forward"], "holdout": dumped["oos"]}
    columns |= {f"{name.replace('_', ' ')} in it": each for name, each in dumped["benchmarks"].items()}
    days = f"{held.start} to {held.end}, opened on {held.opened_at.date()} with {held.experiment}"
    parts: list[RenderableType] = [plain(days, "quiet"), metric_table(columns, FIGURES)]
    if held.seen_by:
        parts.append(plain(f"Not a clean test: already read by {', '.join(held.seen_by)}.", "bad"))
    return Group(*parts)


def states_table(found: Sequence[State]) -> Table:
    """Return a row a hypothesis: what is sealed, or what came of opening it."""
    table = new_table("family", "symbols", "trials", "holdout", "walk-forward Sharpe", "holdout Sharpe", numeric=4)
    table.columns[0].no_wrap = True
    for each in found:
        sealed = "nothing sealed" if each.sealed is None else f"sealed from {each.sealed.start}"
        table.add_row(
            plain(each.family, "accent"),
            plain(few(each.symbols, SYMBOLS_SHOWN)),
            f"{each.trials:,}",
            sealed if each.opened is None else f"opened on {each.opened}",
            format_value(each.walk_forward_sharpe, "ratio"),
            "" if each.opened is None else format_value(each.holdout_sharpe, "ratio"),
        )
    return table
