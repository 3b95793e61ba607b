"""Reading and writing model files, with failures in one line."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import unwritable


class Saved(BaseModel):
    """What is saved of a model as JSON; `kind` says which model it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: str


S = TypeVar("S", bound=Saved)


def write_model(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with plain line ends. Raises WorkspaceError where `path` cannot be written."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise unwritable(path, error) from error


def read_model(path: Path, form: type[S], kind: str) -> S:
    """Return what is saved of a model of `kind`. Raises WorkspaceError where the file is missing or damaged."""
    try:
        saved = form.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise unusable(path) from error
    if saved.kind != kind:
        raise unusable(path)
    return saved


def unusable(path: Path) -> WorkspaceError:
    """Return the error for a model file that cannot be read, or does not hold such a model."""
    return WorkspaceError(
        f"The model file {path} is missing or damaged.", hint="Repeat the experiment that made it."
    )
