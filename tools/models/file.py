"""Reading and writing model files, with failures in one line."""

from __future__ import annotations

from pathlib import Path

from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import unwritable


def write_model(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with plain line ends. Raises WorkspaceError where `path` cannot be written."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise unwritable(path, error) from error


def unusable(path: Path) -> WorkspaceError:
    """Return the error for a model file that cannot be read, or does not hold such a model."""
    return WorkspaceError(
        f"The model file {path} is missing or damaged.", hint="Repeat the experiment that made it."
    )
