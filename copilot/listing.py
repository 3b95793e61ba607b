"""A list of hypotheses on standard output: as a table for people, or as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import typer

from tools.kernel.types import Record

if TYPE_CHECKING:
    from rich.table import Table

R = TypeVar("R", bound=Record)


def print_tried(found: Sequence[R], table: Callable[[Sequence[R]], Table], *, json_output: bool) -> None:
    """Print what was found of each hypothesis that was tried."""
    if json_output:
        typer.echo(json.dumps([each.model_dump(mode="json") for each in found], indent=2, ensure_ascii=False))
        return
    if not found:
        typer.echo("Nothing was tried yet.")
        return
    from copilot.terminal import make_console

    make_console().print(table(found))
