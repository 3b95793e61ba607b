"""A file that is still coming: its bytes on disk, and their hash so far.

What is there outlives the process, so that a later one goes on. The hash of what an earlier process left is read
anew, not believed. It is no record of who fetched it: the hash at the end decides.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from copilot.model.pins import BLOCK_BYTES, Pin
from tools.kernel.errors import ModelError
from tools.kernel.paths import unwritable
from tools.kernel.spec import Progress


class Part:
    """The part of the file that `pin` names, at `path`; `progress` is told in MB."""

    def __init__(self, path: Path, pin: Pin, progress: Progress) -> None:
        self.path, self.pin, self._progress = path, pin, progress
        self.size = 0
        self._hasher = hashlib.sha256()
        self._file: BinaryIO

    def __enter__(self) -> Part:
        """Open what an earlier pull left, and read its hash."""
        try:
            self._file = self.path.open("a+b")
            self._file.seek(0)
            while block := self._file.read(BLOCK_BYTES):
                self._count(block, "checking what is here")
        except OSError as error:
            raise unwritable(self.path, error) from error
        if self.size > self.pin.size_bytes:
            self.restart()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; what it holds stays."""
        try:
            self._file.close()
        except OSError as full:
            raise unwritable(self.path, full) from full

    @property
    def complete(self) -> bool:
        """Whether as many bytes are there as the file must have, or more."""
        return self.size >= self.pin.size_bytes

    def add(self, chunk: bytes) -> None:
        """Append. Raises WorkspaceError where the disk is full."""
        try:
            self._file.write(chunk)
        except OSError as error:
            raise unwritable(self.path, error) from error
        self._count(chunk, "pulling")

    def restart(self) -> None:
        """Begin anew: the server sends the whole file."""
        self._file.truncate(0)
        self.size, self._hasher = 0, hashlib.sha256()

    def settle(self, target: Path) -> None:
        """Rename the finished file to `target`; a wrong one is kept aside. Raises ModelError, WorkspaceError."""
        found = self._hasher.hexdigest()
        right = found == self.pin.sha256 and self.size == self.pin.size_bytes
        end = target if right else self.path.with_suffix(".bad")
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()  # Windows renames no open file
            self.path.replace(end)
        except OSError as error:
            raise unwritable(self.path, error) from error
        if not right:
            raise ModelError(
                f"What came is not {target.name}: its sha256 is {found[:12]}…, not {self.pin.sha256[:12]}….",
                hint=f"It is kept aside as {end} and not used. Pull again; if that ends alike, please report it.",
            )

    def _count(self, chunk: bytes, doing: str) -> None:
        self._hasher.update(chunk)
        self.size += len(chunk)
        label = f"{doing}: {self.pin.file} (MB)"
        self._progress(label, self.size // 10**6, max(1, self.pin.size_bytes // 10**6))
