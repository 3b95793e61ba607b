"""Durable appends: a line is on the disk when `append` returns, or the file takes no more lines.

After a failed write or flush nothing is retried: the kernel may have dropped the data while reporting the error
once, so a second flush that succeeds proves nothing. On macOS a flush reaches the drive, not its platters.
"""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import NamedTuple

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


class Position(NamedTuple):
    """Where the log ends: its number of records, the hash of the last, its size in bytes."""

    seq: int
    head: str
    size: int


class Appender:
    """Appends whole lines to one file, each by a single write and a flush.

    An interrupt (Ctrl-C) may strike between the write and the moment it is noted here. So the position that a
    line leads to is noted before the write, and the size of the file decides afterwards which one is true.

    Args:
        path: the file; made with mode 0600 if missing.
        position: where it ends, as read from it.

    Raises:
        WorkspaceError: the file cannot be opened for writing.
    """

    def __init__(self, path: Path, position: Position) -> None:
        self._path = path
        self._position, self._next = position, position
        self._failed = ""
        try:
            self._fd = os.open(path, FLAGS, 0o600)
            flush_folder(path.parent)
        except OSError as error:
            raise unwritable(path, error) from error

    @property
    def position(self) -> Position:
        """Where the log ends now."""
        if self._next != self._position and not self._failed:
            self._settle()
        return self._position

    def append(self, line: bytes, seq: int, head: str) -> None:
        """Write `line`, the record number `seq` with hash `head`, and flush it.

        Raises:
            WorkspaceError: it could not be made durable, or an earlier line could not. A part of a line that got
                written is cut off again; where even that fails, the next start sets it aside.
        """
        if self._failed:
            raise WorkspaceError(f"The audit log takes no more records: {self._failed}", hint=HINT)
        size = self.position.size
        try:
            if os.fstat(self._fd).st_size != size:
                self._failed = "another program changed it."
                raise WorkspaceError(f"Another program changed {self._path}.", hint="Run `slq audit verify`.")
            self._next = Position(seq, head, size + len(line))
            self._write(line)
            flush(self._fd)
        except OSError as error:
            self._failed = f"a write failed ({error.strerror})."
            raise unwritable(self._path, error) from error
        self._position = self._next

    def _write(self, line: bytes) -> None:
        if os.write(self._fd, line) == len(line):
            return
        with contextlib.suppress(OSError):
            os.ftruncate(self._fd, self._position.size)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _settle(self) -> None:
        """After an interrupted append: adopt its line if it is there, forget it if not."""
        if os.fstat(self._fd).st_size == self._next.size:
            flush(self._fd)
            self._position = self._next
        else:
            self._next = self._position

    def close(self) -> None:
        """Close the file; later appends are refused."""
        if self._fd >= 0:
            position = self.position
            self._failed = self._failed or "it is closed."
            os.close(self._fd)
            self._fd, self._next = -1, position
