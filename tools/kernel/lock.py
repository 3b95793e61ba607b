"""One process a workspace: an advisory lock that the system drops when its holder dies, however it dies.

It does not bind programs that ignore it, and network file systems may not honour it.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import unwritable

if sys.platform == "win32":
    import msvcrt

    def _try_lock(fd: int) -> None:
        os.lseek(fd, 1 << 20, os.SEEK_SET)  # beyond the text, which stays readable for the others
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        os.lseek(fd, 0, os.SEEK_SET)

else:
    import fcntl

    def _try_lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


BUSY = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)


def _holder(path: Path) -> str:
    """Return " (process 123)" if the holder has written its number, else nothing."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return f" (process {text})" if text.isdigit() else ""


def acquire(
    path: Path,
    *,
    doing: str = "using this workspace",
    hint: str = "Close it, or choose another workspace with --workspace PATH.",
) -> int:
    """Take the lock file at `path`; return its file descriptor: closing it gives the lock back.

    Args:
        path: the lock file, made where it is not there.
        doing: what a process that holds it is doing, for the message.
        hint: what to do then.

    Raises:
        WorkspaceError: another process holds it, or the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        _try_lock(fd)
        os.ftruncate(fd, 0)
        os.write(fd, str(os.getpid()).encode())
    except OSError as error:
        os.close(fd)
        if error.errno not in BUSY:
            raise unwritable(path, error) from error
        raise WorkspaceError(f"Another SLQ{_holder(path)} is {doing}.", hint=hint) from None
    return fd
