"""The process that `sandbox.spawn` starts: load, read one job from stdin, be confined, answer on stdout, end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

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


def _confinement() -> Callable[[Limits], None]:
    if sys.platform == "darwin":
        from sandbox.macos import confine
    else:
        from sandbox.windows import confine
    return confine


def main(*, policy: bool) -> None:
    """Answer one job."""
    warm(policy=policy)
    job = read(bytearray(sys.stdin.buffer.read()))
    confine = _confinement()
    out = _answer_pipe()
    os.write(out, READY)
    live(job, out, confine, policy=policy)
    os._exit(0)
