"""`slq trials`: how often each hypothesis was tried, and whether the ledger that says so is whole."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from copilot.options import JsonOption, Options
from tools.kernel.errors import BadRequest

trials = typer.Typer(no_args_is_help=True, help="The trial ledger: how often each hypothesis was tried.")


@trials.command("list")
def list_trials(json_output: JsonOption = False) -> None:
    """List every hypothesis with its trials; the one tried last at the end."""
    from copilot.listing import print_tried
    from copilot.verdict_view import families_table
    from tools.backtest.families import families
    from tools.backtest.trial_log import read_ledger

    print_tried(families(read_ledger(Options.workspace)), families_table, json_output=json_output)


@trials.command("archive")
def archive_trials(
    family: str, reason: Annotated[str, typer.Option(help="Why, in your words; it is recorded.")]
) -> None:
    """Let the trials of FAMILY so far count no more; asks for its id. They stay on record."""
    from copilot.app import open_app
    from copilot.on_record import on_record
    from copilot.terminal import TerminalShell, make_console
    from tools.backtest.trial_log import archive, read_ledger
    from tools.backtest.trials import Archive
    from tools.kernel.spec import utc_now

    shell = TerminalShell(make_console())
    with open_app(Options.settings, Options.workspace) as slq:
        count = len(read_ledger(Options.workspace).of(family))
        decision = Archive(family=family, made_at=utc_now(), trials=count, reason=reason.strip())
        shell.console.print(f"{count:,} trials of {family} would count no more against what you find next.")
        typed = shell.ask_exactly(family, "Type the family's id to archive them; anything else keeps them.")
        if not typed:
            slq.log.decision(family, "pending" if typed is None else "rejected", detail="archive of its trials")
            raise BadRequest("Nothing was archived.", hint="It takes a person at a terminal who types the id.")
        args = decision.model_dump(mode="json")
        on_record(
            slq, shell, "archive_trials", args, lambda ctx: archive(ctx.workspace, decision), confirmed=family
        )
    typer.echo(f"Archived; {family} starts again at no trial, and its results say so.")


@trials.command("verify")
def verify_trials(json_output: JsonOption = False) -> None:
    """Check every line, and that no result is newer than the ledger; exit code 1 where something does not hold."""
    from tools.backtest.families import check_ledger

    found = check_ledger(Options.workspace)
    if json_output:
        typer.echo(json.dumps({"ok": found.ok, **found.model_dump(mode="json")}, indent=2))
    else:
        from copilot.terminal import make_console
        from copilot.verdict_view import check_lines

        make_console().print(check_lines(found))
    if not found.ok:
        raise typer.Exit(1)
