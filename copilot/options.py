"""What the options before a command of `slq` chose, for every module that adds commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tools.kernel.paths import Workspace
    from tools.kernel.settings import Settings

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


class Options:
    """Filled in by `copilot.cli` before any command runs."""

    settings: Settings
    workspace: Workspace
