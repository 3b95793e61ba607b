"""`slq holdout`: which bars are sealed, and the one look at them."""

from __future__ import annotations

from typing import Annotated

import typer

from copilot.options import JsonOption, Options

holdout = typer.Typer(no_args_is_help=True, help="The sealed last part of the data: one look a hypothesis.")


@holdout.command("list")
def list_holdouts(json_output: JsonOption = False) -> None:
    """List the hypotheses with what is sealed of each, or what came of opening it."""
    from copilot.holdout import states_table
    from copilot.listing import print_tried
    from tools.research.holdout import states

    print_tried(states(Options.workspace), states_table, json_output=json_output)


@holdout.command("open")
def open_one(
    family: str,
    experiment: Annotated[str | None, typer.Option(help="Which experiment to run; else the latest.")] = None,
) -> None:
    """Run one experiment of FAMILY on its sealed bars; asks for the family's id, works once."""
    from copilot.app import open_app
    from copilot.holdout import holdout_view, open_by_hand
    from copilot.terminal import TerminalShell, make_console

    shell = TerminalShell(make_console())
    with open_app(Options.settings, Options.workspace, ask=shell.ask_ticket, progress=shell.progress) as slq:
        held = open_by_hand(slq, shell, family, experiment)
    if held is None:
        typer.echo("It stays sealed.")
        raise typer.Exit(1)
    shell.console.print(holdout_view(held))
