"""What a model made of a long, unchanging prompt, kept on disk: reading it again takes a moment, not seconds.

One file a prompt: the state as llama.cpp writes it, and behind it the SHA-256 of that. The name holds a digest of
all that the state depends on (model file, llama.cpp, context parameters, tokens), so that a change of any of them
finds no file and the prompt is read anew. A damaged file is removed and rebuilt. The folder is a cache: whatever is
in it may be deleted.

It saves time and nothing else: where the folder cannot be written, planning goes on without it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from copilot.model.context import Context

DIGEST_BYTES = 32
BLOCK_BYTES = 1 << 20
MOST_BYTES = 2 << 30  # of all files together
MOST_FILES = 8
STALE_SECONDS = 3600  # a temporary file this old was left by a process that died


class KeptStates:
    """The kept states in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str, parts: Iterable[object], tokens: Sequence[int]) -> Path:
        """Return the file for `tokens` read under the circumstances `parts`; `name` makes it readable."""
        key = hashlib.sha256(repr((*parts, tuple(tokens))).encode()).hexdigest()
        return self.folder / f"{name[:60]}-{key[:24]}.kv"

    def restore(self, path: Path, context: Context, tokens: Sequence[int]) -> bool:
        """Make `context` hold the kept state of `tokens`; tell whether there was a sound one."""
        try:
            if not path.exists():
                return False
            if not _is_sound(path) or not context.load(path) or context.held != list(tokens):
                context.llama.reset()
                path.unlink(missing_ok=True)
                return False
            os.utime(path)  # the one used last is the last to be pruned
        except OSError:
            return False
        return True

    def save(self, path: Path, context: Context) -> bool:
        """Keep what `context` holds under `path` and prune old files; tell whether that worked."""
        temporary: Path | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=self.folder)
            os.close(handle)
            temporary = Path(name)
            if not context.save(temporary):
                return False
            with temporary.open("r+b") as file:
                digest = hashlib.file_digest(file, "sha256").digest()
                file.seek(0, os.SEEK_END)
                file.write(digest)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            self._prune()
        except OSError:
            return False
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        return True

    def _prune(self) -> None:
        """Remove what was used longest ago, down to the limits, and what died processes left."""
        for left in self.folder.glob(".*.kv.*.tmp"):
            if time.time() - left.stat().st_mtime > STALE_SECONDS:
                left.unlink(missing_ok=True)
        total = 0
        newest_first = sorted(self.folder.glob("*.kv"), key=lambda each: each.stat().st_mtime, reverse=True)
        for place, path in enumerate(newest_first):
            total += path.stat().st_size
            if place and (place >= MOST_FILES or total > MOST_BYTES):
                path.unlink(missing_ok=True)


def _is_sound(path: Path) -> bool:
    """Tell whether a file ends with the digest of what stands before."""
    left = path.stat().st_size - DIGEST_BYTES
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while left > 0 and (block := file.read(min(BLOCK_BYTES, left))):
            seen.update(block)
            left -= len(block)
        return left == 0 and file.read() == seen.digest()


def fingerprint(path: Path) -> str:
    """Return what tells one model file from another: size, time of change, and a digest of its first megabyte."""
    found = path.stat()
    with path.open("rb") as file:
        head = hashlib.sha256(file.read(BLOCK_BYTES)).hexdigest()
    return f"{found.st_size}-{found.st_mtime_ns}-{head}"
