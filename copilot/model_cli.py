"""`slq model`: which language models there are, fetching one, using one, measuring one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copilot.options import JsonOption, Options
from copilot.tune_cli import tune
from tools.kernel.errors import BadRequest, ModelError

if TYPE_CHECKING:
    from copilot.model.registry import KnownModel

model = typer.Typer(no_args_is_help=True, help="The language model: list, fetch, choose, measure, tune.")
model.command("tune")(tune)

ENV_FILE = Path(".env")  # where the settings are read from: the folder that SLQ is started in
SETTING, ADAPTER_SETTING = "SLQ_MODEL", "SLQ_ADAPTER"
ModelName = Annotated[str, typer.Argument(help="A name of `slq model list`, or the path of a GGUF file.")]


@model.command("list")
def list_models(json_output: JsonOption = False) -> None:
    """List the models, what each takes, and which is in use."""
    from copilot.model.pins import models_folder
    from copilot.model_view import model_rows, rows_view

    settings = Options.settings
    rows = model_rows(models_folder(settings.models), settings.model, settings.context_tokens)
    if json_output:
        typer.echo(json.dumps([row.model_dump(mode="json") for row in rows], indent=2))
        return
    from copilot.terminal import make_console

    make_console().print(rows_view(rows))


@model.command("pull")
def pull_model(
    name: Annotated[str, typer.Argument(help="A name of `slq model list`.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Fetch a model from the hub, on which it says size and licence first; goes on after a break."""
    from copilot.model.hub import Hub
    from copilot.model.pins import models_folder
    from copilot.model.pull import pull
    from copilot.model.registry import find_known
    from copilot.terminal import TerminalShell, make_console

    known, settings = find_known(name), Options.settings
    hub, folder = Hub(settings.hub, settings.hf_token), models_folder(settings.models)
    _announce(known, hub.page(known), folder)
    shell = TerminalShell(make_console())
    if not yes and not shell.ask_exactly("yes", "Type yes to fetch it; anything else does not."):
        raise BadRequest("Nothing was fetched.", hint=f"slq model pull {known.name} --yes")
    try:
        done = pull(known, folder, hub, progress=shell.progress)
    finally:
        shell.stop_progress()
    fetched = f"{done.fetched_bytes / 1e6:,.0f} MB fetched" if done.fetched_bytes else "it was here already"
    typer.echo(f"{done.path}\n{fetched}; its sha256 {done.pin.sha256} is right.")
    if done.pin.stated_by == "hub":
        typer.echo("That hash was stated by the hub at the first pull; every later one is held to it.")
    typer.echo(f"To use it: slq model use {known.name}")


def _announce(known: KnownModel, page: str, folder: Path) -> None:
    from copilot.model_view import gigabytes

    needs = gigabytes(known.memory_bytes(Options.settings.context_tokens))
    typer.echo(f"{known.name}: {gigabytes(known.size_bytes)} over the network; about {needs} of memory in use.")
    typer.echo(f"Licence: {known.licence}; its terms are at {page} (revision {known.revision[:12]}).")
    typer.echo(f"It goes to {folder / known.name}.")
    if known.sha256 is None:
        typer.echo("SLQ knows no sha256 of it: what the hub states will be pinned, and is trusted this once.")


@model.command("use")
def use_model(name: ModelName) -> None:
    """Choose the model, or an adapter of your own, for SLQ started in this folder; `embedded` goes back."""
    from copilot.model.locate import check_gguf, is_adapter
    from tools.kernel.env_file import write_setting

    found, place = _find(name, check=True), ENV_FILE.resolve()
    if found is None:
        chosen: dict[str, str | None] = {SETTING: None, ADAPTER_SETTING: None}
        said = f"The embedded model is used as it comes; {place} names no other, and no adapter."
    elif is_adapter(path := check_gguf(found)):
        chosen = {SETTING: None, ADAPTER_SETTING: path.as_posix()}
        said = f"{path} is used with the embedded model when SLQ is started in this folder: {place} says so."
    else:
        chosen = {SETTING: path.as_posix()}
        said = f"{path} is used when SLQ is started in this folder: {place} says so."
    for setting, value in chosen.items():
        write_setting(ENV_FILE, setting, value)
    typer.echo(said)
    for setting in chosen.keys() & os.environ.keys():
        typer.secho(f"But {setting} is set in the environment, and goes before .env.", fg="yellow", err=True)


@model.command("bench")
def bench_models(
    name: Annotated[str | None, typer.Argument(help="A name or a path; else the model in use.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Measure a model beside the embedded one, each in a process of its own."""
    from copilot.model.locate import locate_model
    from copilot.model_bench import measure_in_child
    from copilot.model_view import speeds_view
    from copilot.terminal import TerminalShell, make_console

    settings = Options.settings
    chosen = settings.model if name is None else _find(name)
    paths = dict.fromkeys((locate_model(chosen).resolve(), locate_model(None).resolve()))
    shell = TerminalShell(make_console(stderr=json_output))
    speeds = []
    try:
        for number, path in enumerate(paths):
            shell.progress(f"measuring {path.stem}", number, len(paths))
            speeds.append(measure_in_child(settings.model_copy(update={"model": path})))
    finally:
        shell.stop_progress()
    if json_output:
        typer.echo(json.dumps([speed.model_dump(mode="json") for speed in speeds], indent=2))
        return
    shell.console.print(speeds_view(speeds))


def _find(name: str, *, check: bool = False) -> Path | None:
    """Return the file that a name or a path means, None for the embedded one; with `check`, its hash is read too.

    Raises:
        BadRequest: no model is called so, and there is no such file.
        ModelError: the model is known but not pulled, or its file is not what was pinned.
    """
    from copilot.model.pins import model_file, models_folder, read_pin, state_of, verify
    from copilot.model.registry import EMBEDDED, KNOWN, find_known

    wanted = name.strip().lower()
    if wanted == EMBEDDED:
        return None
    if wanted not in {known.name for known in KNOWN}:
        path = Path(name).expanduser().absolute()  # a link may be meant to change
        if not path.exists() and path.suffix != ".gguf":
            find_known(name)
        return path
    known, folder = find_known(name), models_folder(Options.settings.models)
    target = model_file(folder, known)
    pin = read_pin(target, known)
    if pin is None or state_of(folder, known) != "pulled":
        raise ModelError(f"{known.name} is not pulled.", hint=f"slq model pull {known.name}")
    if check:
        verify(target, pin)
    return target
