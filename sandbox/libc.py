"""The C library by plain ctypes: the two entry points that confinement needs."""

from __future__ import annotations

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.prctl.restype = ctypes.c_int


def syscall(number: int, *arguments: int) -> int:
    """Make a system call with whole-number arguments (addresses included); -1 is a failure, see `checked`."""
    return int(_libc.syscall(ctypes.c_long(number), *(ctypes.c_long(value) for value in arguments)))


def prctl(option: int, *arguments: int) -> int:
    """Set one attribute of this process; the four arguments after the option are padded with 0."""
    padded = (*arguments, 0, 0, 0, 0)[:4]
    return int(_libc.prctl(ctypes.c_int(option), *(ctypes.c_ulong(value) for value in padded)))


def checked(result: int, what: str) -> int:
    """Return the result of a call; raises OSError with `what` in its text where it is negative."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result
