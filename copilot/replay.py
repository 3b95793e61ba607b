"""A recorded run repeated and shown: a read-only act, but on the audit log like any call."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rich.console import Group, RenderableType
from rich.text import Text

from copilot.app import App
from copilot.on_record import on_record
from copilot.table import few, new_table
from copilot.terminal import TerminalShell
from copilot.untrusted import plain
from tools.backtest.folder import find_experiment
from tools.research.replay import replay
from tools.research.replayed import Outcome, Parting, Replayed

EXIT_CODES: Mapping[Outcome, int] = MappingProxyType({"repeated": 0, "differs": 1, "not comparable": 2})
STYLES: Mapping[Outcome, str] = MappingProxyType({"repeated": "good", "differs": "bad", "not comparable": "warn"})
FIGURES_SHOWN = 4
HEX_SHOWN = 16


def replay_on_record(app: App, shell: TerminalShell, name: str) -> Replayed:
    """Repeat the experiment called `name`. Raises as `tools.research.replay.replay`; that is on the log too."""
    found = find_experiment(app.workspace, name).name
    return on_record(
        app,
        shell,
        "replay",
        {"experiment": found},
        lambda ctx: replay(ctx, found),
        details=lambda done: {"outcome": done.outcome},
    )


def replay_view(done: Replayed) -> RenderableType:
    """Return the outcome, what was compared, and where it parts."""
    head = Text.assemble(
        (f"{done.experiment}  ", "accent"), (done.outcome.upper(), STYLES[done.outcome]), f"  {_meaning(done)}"
    )
    table = new_table("", "on record", "again", numeric=3)
    table.add_row("snapshot", str(done.recorded.data_snapshot), "")
    table.add_row("bars", done.recorded.data_sha256[:HEX_SHOWN], _agreement(done.same_data))
    table.add_row("net returns and trades", done.recorded.output_sha256[:HEX_SHOWN], _agreement(done.same_output))
    table.add_row("seed, threads", f"{done.recorded.seed}, {done.recorded.threads}", "as recorded")
    reasons = [plain(f"! {reason}", "warn") for reason in done.reasons]
    parts = [plain(line, "bad") for line in where_it_parts(done)]
    return Group(head, table, *reasons, *parts)


def where_it_parts(done: Replayed) -> tuple[str, ...]:
    """Return in what the repetition is not the run on record, a sentence each; nothing where it is the same."""
    output = done.output
    if output is None or (done.same_output and output.as_recorded):
        return ()
    if output.as_recorded:
        return (
            "Tables and figures come out as they are in the folder: only the fingerprint on record is another.",
        )
    return (
        *(() if output.parting is None else (_parting(output.parting),)),
        *(() if output.trade is None else (f"The first trade that is not the same: number {output.trade}.",)),
        *_figures(output.figures),
        *(
            ("Net returns and trades are those of the run: its files were changed since.",)
            if done.same_output
            else ()
        ),
    )


def _parting(parting: Parting) -> str:
    before, after = (_percent(value) for value in (parting.recorded, parting.repeated))
    apart = "" if parting.size is None else f", {parting.size:.2g} apart"
    return f"Net returns part on {parting.day}: {before} on record, {after} again{apart}."


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:.4%}".replace("%", " %")


def _figures(names: tuple[str, ...]) -> tuple[str, ...]:
    return (f"Figures on record that come out otherwise: {few(names, FIGURES_SHOWN)}.",) if names else ()


def _agreement(same: bool | None) -> str:
    return "not to be had" if same is None else "the same" if same else "not the same"


def _meaning(done: Replayed) -> str:
    if done.outcome == "repeated":
        return f"to the last bit, in {done.seconds:.1f} s"
    if done.outcome == "differs":
        return "in the same environment, on the same bars"
    if done.same_output is None:
        return "could not be run again"
    return "though its output is the same" if done.same_output else "and its output is not the same"
