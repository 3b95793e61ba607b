"""`slq replay`: a recorded experiment done again and compared."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from copilot.options import JsonOption, Options


def replay(
    experiment: Annotated[str, typer.Argument(help="Its id, a part of it, or latest.")] = "latest",
    *,
    json_output: JsonOption = False,
) -> None:
    """Repeat a run on its data and compare; exit code 1 where it differs, 2 where it cannot be compared."""
    from copilot.app import open_app
    from copilot.replay import EXIT_CODES, replay_on_record, replay_view
    from copilot.terminal import TerminalShell, make_console

    shell = TerminalShell(make_console(stderr=json_output))
    with open_app(Options.settings, Options.workspace, progress=shell.progress) as slq:
        done = replay_on_record(slq, shell, experiment)
    if json_output:
        typer.echo(json.dumps(done.model_dump(mode="json"), indent=2, ensure_ascii=False))
    else:
        shell.console.print(replay_view(done))
    if code := EXIT_CODES[done.outcome]:
        raise typer.Exit(code)
