"""Tries out each layer on a child that has this layer only: what a kernel promises is worth what an attempt shows.

A canary attempts what it must not be able to do. Its exit status is the finding: HELD when every attempt was
refused with an error, the signal SIGSYS when the filter ended it; anything else is a layer that failed. The
attempts are harmless where they succeed: they read, they send signal 0, they start a process that ends at once.
"""

from __future__ import annotations

import errno
import mmap
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial

from sandbox import landlock, seccomp
from sandbox.confine import MAX_OPEN_FILES, PR_SET_NO_NEW_PRIVS, set_limits
from sandbox.layers import Layer
from sandbox.libc import checked, prctl
from sandbox.limits import Limits

HELD, BREACHED = 0, 1
MEMORY_BYTES = 64 << 20
MOST_CPU_SECONDS = 60


def _refused(attempt: Callable[[], object], *codes: int) -> bool:
    """Return whether the attempt fails with one of the error codes."""
    try:
        attempt()
    except OSError as error:
        return error.errno in codes
    return False


def _limits_hold() -> bool:
    scratch = os.memfd_create("canary")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    set_limits(Limits(cpu_seconds=1, memory_bytes=MEMORY_BYTES))
    too_many = range(MAX_OPEN_FILES + 1)
    return (
        _refused(lambda: mmap.mmap(-1, 2 * MEMORY_BYTES), errno.ENOMEM)
        and _refused(lambda: os.write(scratch, b"x"), errno.EFBIG)
        and _refused(lambda: [os.dup(scratch) for _ in too_many], errno.EMFILE)
        and 1 <= resource.getrlimit(resource.RLIMIT_CPU)[0] <= MOST_CPU_SECONDS
        and resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
        and (os.geteuid() == 0 or _refused(_fork, errno.EAGAIN))
    )


def _files_hold() -> bool:
    checked(prctl(PR_SET_NO_NEW_PRIVS, 1), "no new privileges")
    landlock.restrict(landlock.abi())
    return all(_refused(partial(os.open, name, os.O_RDONLY), errno.EACCES) for name in ("/", sys.executable))


def _fork() -> None:
    if os.fork() == 0:
        os._exit(BREACHED)


def _filtered(attempt: Callable[[], object]) -> Callable[[], bool]:
    """Return the attempt behind the filter and no other layer; True where it was refused with EPERM."""

    def run() -> bool:
        processor = seccomp.this_processor()
        if processor is None:
            return False
        checked(prctl(PR_SET_NO_NEW_PRIVS, 1), "no new privileges")
        seccomp.install(processor, -1 & 0xFFFF_FFFF)
        return _refused(attempt, errno.EPERM)

    return run


def status_of(probe: Callable[[], bool]) -> int:
    """Run a probe in a child of its own; return HELD, BREACHED, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = BREACHED
        try:
            code = HELD if probe() else BREACHED
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _probe_limits() -> Layer:
    if status_of(_limits_hold) != HELD:
        return Layer("limits", "failed", "a canary could take more than its limits")
    root = "; for root the count of processes is the filter's" if os.geteuid() == 0 else ""
    return Layer("limits", "enforced", f"memory, processor time, file size, open files, no core files{root}")


def _probe_files() -> Layer:
    version = landlock.abi()
    if not version:
        return Layer("files", "unavailable", "this kernel has no Landlock; the system-call filter stands alone")
    if status_of(_files_hold) != HELD:
        return Layer("files", "failed", f"a canary could open a file under Landlock ABI {version}")
    return Layer("files", "enforced", f"Landlock ABI {version}: a canary could open nothing")


def _probe_calls() -> Layer:
    if seccomp.this_processor() is None:
        return Layer("system calls", "unavailable", f"no filter for {os.uname().machine}")
    attempts: dict[str, tuple[Callable[[], object], int]] = {
        "open": (lambda: os.open("/", os.O_RDONLY), HELD),
        "stat": (lambda: os.stat("/"), HELD),  # noqa: PTH116  the system call itself is what is tried
        "socket": (lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM), -signal.SIGSYS),
        "fork": (_fork, -signal.SIGSYS),
        "kill": (lambda: os.kill(os.getppid(), 0), -signal.SIGSYS),
        "exec": (lambda: os.execv("/proc/self/exe", ["python", "-c", ""]), -signal.SIGSYS),  # noqa: S606
    }
    broken = [name for name, (attempt, wanted) in attempts.items() if status_of(_filtered(attempt)) != wanted]
    if broken:
        return Layer("system calls", "failed", f"a canary was not stopped at: {', '.join(broken)}")
    return Layer("system calls", "enforced", f"seccomp: a canary was stopped at {', '.join(attempts)}")


def probe() -> tuple[Layer, ...]:
    """Return the kernel's layers as they were found. Call it in a process with one thread: it forks."""
    return (_probe_limits(), _probe_files(), _probe_calls())
