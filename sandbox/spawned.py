"""The process that `sandbox.spawn` starts: load, read one job from stdin, be confined, answer on stdout, end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial

from sandbox.child import live
from sandbox.limits import Limits
from sandbox.spawn import READY
from sandbox.warm import warm
from sandbox.wire import read


def _answer_pipe() -> int:
    """Return a descriptor for the answer, and leave nothing behind the standard ones but the null device."""
    out = os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(out, os.O_BINARY)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    return out


def _confinement(pipe: int) -> tuple[int, Callable[[Limits], None]]:
    """Return the descriptor for the answer once confined, and what confines."""
    confine: Callable[[Limits], None]
    if sys.platform == "linux":
        from sandbox import confine as linux

        out, confine = linux.OUT, partial(linux.confine, out=pipe, parent=os.getppid(), strict=True)
    elif sys.platform == "darwin":
        from sandbox import macos

        out, confine = pipe, macos.confine
    else:
        from sandbox import windows

        out, confine = pipe, windows.confine
    return out, confine


def main(*, policy: bool) -> None:
    """Answer one job."""
    warm(policy=policy)
    job = read(bytearray(sys.stdin.buffer.read()))
    pipe = _answer_pipe()
    os.write(pipe, READY)
    out, confine = _confinement(pipe)
    live(job, out, confine, policy=policy)
    os._exit(0)
