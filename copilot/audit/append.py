"""Durable appends: a line is on the disk when `append` returns, or the file takes no more lines.

After a failed write or flush nothing is retried: the kernel may have dropped the data while reporting the error
once, so a second flush that succeeds proves nothing. On macOS a flush reaches the drive, not its platters.
"""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import unwritable

flush = getattr(os, "fdatasync", os.fsync)
FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
HINT = "Repair the cause (disk full, disk error), then start SLQ again."


def flush_folder(folder: Path) -> None:
    """Make the names in `folder` durable, where the system allows it (not on Windows)."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_file(path: Path, data: bytes) -> None:
    """Write a small private file durably, over what was there."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        if os.write(fd, data) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(fd)
    finally:
        os.close(fd)
    flush_folder(path.parent)


class Appender:
    """Appends whole lines to one file, each by a single write and a flush.

    Args:
        path: the file; made with mode 0600 if missing.

    Raises:
        WorkspaceError: the file cannot be opened for writing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failed = ""
        try:
            self._fd = os.open(path, FLAGS, 0o600)
            self._size = os.fstat(self._fd).st_size
            flush_folder(path.parent)
        except OSError as error:
            raise unwritable(path, error) from error

    def append(self, line: bytes) -> None:
        """Write `line` and flush it.

        Raises:
            WorkspaceError: it could not be made durable, or an earlier line could not. A part of a line that got
                written is cut off again; where even that fails, the next start sets it aside.
        """
        if self._failed:
            raise WorkspaceError(f"The audit log takes no more records: {self._failed}", hint=HINT)
        try:
            if os.fstat(self._fd).st_size != self._size:
                self._failed = "another program changed it."
                raise WorkspaceError(
                    f"{self._path} was changed by another program.", hint="Run `slq audit verify`."
                )
            if os.write(self._fd, line) != len(line):
                self._cut_back()
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            flush(self._fd)
        except OSError as error:
            self._failed = f"a write failed ({error.strerror})."
            raise unwritable(self._path, error) from error
        self._size += len(line)

    def _cut_back(self) -> None:
        with contextlib.suppress(OSError):
            os.ftruncate(self._fd, self._size)

    def close(self) -> None:
        """Close the file; later appends are refused."""
        if self._failed != "it is closed.":
            self._failed = "it is closed."
            os.close(self._fd)
