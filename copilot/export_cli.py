"""`slq export`: an experiment's tables as files, for a spreadsheet or another program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from copilot.options import JsonOption, Options
from tools.kernel.errors import BadRequest

if TYPE_CHECKING:
    from tools.report.export_files import Format

FORMATS = ("csv", "json")


def export(
    experiment: Annotated[str, typer.Argument(help="Its id, a part of it, or latest.")] = "latest",
    *,
    form: Annotated[str, typer.Option("--format", help="csv (a folder of files) or json (one file).")] = "csv",
    out: Annotated[Path, typer.Option("--out", help="The folder to write below.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Write an experiment's equity, trades, folds, metrics and monthly returns as CSV or JSON."""
    if form.lower() not in FORMATS:
        raise BadRequest(f"There is no format {form!r}.", hint=f"Give --format {' or '.join(FORMATS)}.")
    from tools.backtest.folder import find_experiment
    from tools.report.export_files import write_export

    folder = find_experiment(Options.workspace, experiment)
    written = write_export(folder, out, cast("Format", form.lower()), force=force)
    if json_output:
        typer.echo(json.dumps([str(path) for path in written], indent=2))
        return
    for path in written:
        typer.echo(f"{path} ({path.stat().st_size:,} bytes)")
