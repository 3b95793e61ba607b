"""`slq trials`: how often each hypothesis was tried, and whether the ledger that says so is whole."""

from __future__ import annotations

import json

import typer

from copilot.options import JsonOption, Options

trials = typer.Typer(no_args_is_help=True, help="The trial ledger: how often each hypothesis was tried.")


@trials.command("list")
def list_trials(json_output: JsonOption = False) -> None:
    """List every hypothesis with its trials; the one tried last at the end."""
    from tools.backtest.families import families
    from tools.backtest.trial_log import read_ledger

    found = families(read_ledger(Options.workspace))
    if json_output:
        typer.echo(json.dumps([each.model_dump(mode="json") for each in found], indent=2, ensure_ascii=False))
        return
    if not found:
        typer.echo("Nothing was tried yet.")
        return
    from copilot.terminal import make_console
    from copilot.verdict_view import families_table

    make_console().print(families_table(found))


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
