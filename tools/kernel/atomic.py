"""Writing a file so that a crash leaves either the old content or the new, never a part.

The content goes to a temporary file beside the target, is flushed to the disk and renamed over it.
It does not guard against two processes that write the same file: the last one wins, whole.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tools.kernel.paths import unwritable


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable, on systems where a folder can be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_temporary(path: Path, content: bytes) -> Path:
    """Write `content` durably to a hidden file beside `path` and return that file's path.

    Raises:
        WorkspaceError: the disk is full or the folder cannot be written; nothing is left behind.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise unwritable(path, error) from error
    return temporary


def move_into_place(temporary: Path, path: Path) -> None:
    """Rename `temporary` to `path`, durably. Raises WorkspaceError where that fails."""
    try:
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def write_atomic(path: Path, content: bytes) -> None:
    """Replace the file at `path` by `content`. Raises WorkspaceError; the old content then stays."""
    move_into_place(write_temporary(path, content), path)
