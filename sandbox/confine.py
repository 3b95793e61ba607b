"""Confinement of the Linux child, in the order in which each step leaves the next one possible.

Files closed, limits set, privileges given up, the file tree given up (Landlock), system calls given up (seccomp).
There is no way back: the process computes, writes its answer, and ends. User and network namespaces are left out on
purpose: once the filter holds they add nothing, and they are what a hardened system forbids.
RLIMIT_NPROC does nothing for root; there, it is the filter that stops a fork.
"""

from __future__ import annotations

import math
import os
import resource
import signal
import time

from sandbox import landlock, seccomp
from sandbox.errors import Unavailable
from sandbox.layers import Layer, missing
from sandbox.libc import checked, prctl, syscall
from sandbox.limits import Limits
from sandbox.syscalls import X86_64

OUT = 3  # where the answer goes; 0, 1 and 2 are /dev/null
MAX_OPEN_FILES = 8
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38


def keep_only(out: int) -> None:
    """Make `out` file descriptor 3 and close every later one."""
    if out != OUT:
        os.dup2(out, OUT, inheritable=False)
    if syscall(X86_64.numbers["close_range"], OUT + 1, 0xFFFF_FFFF, 0) < 0:  # before Linux 5.9
        os.closerange(OUT + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def _mapped_bytes() -> int:
    """Return the size of the address space; plain calls, since each object touched here is a page copied."""
    descriptor = os.open("/proc/self/statm", os.O_RDONLY)
    try:
        return int(os.read(descriptor, 64).split()[0]) * resource.getpagesize()
    finally:
        os.close(descriptor)


def set_limits(limits: Limits) -> None:
    """Set the kernel's limits; the address space counts from what is mapped now. Raises OSError or ValueError."""
    space = _mapped_bytes() + limits.memory_bytes
    seconds = math.ceil(time.process_time() + limits.cpu_seconds)
    for kind, soft, hard in (
        (resource.RLIMIT_AS, space, space),
        (resource.RLIMIT_CPU, seconds, seconds + 1),  # SIGXCPU at the first says why; SIGKILL at the second
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES, MAX_OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
    ):
        ceiling = resource.getrlimit(kind)[1]  # the caller's own limit stays where it is the lower one
        most = hard if ceiling == resource.RLIM_INFINITY else ceiling
        resource.setrlimit(kind, (min(soft, most), min(hard, most)))


def give_up_privileges() -> None:
    """No new privileges, no core or ptrace by others, and the end of the parent is the end of the child."""
    checked(prctl(PR_SET_NO_NEW_PRIVS, 1), "no new privileges")
    checked(prctl(PR_SET_DUMPABLE, 0), "not dumpable")
    checked(prctl(PR_SET_PDEATHSIG, signal.SIGKILL), "death signal")


def _limits_layer(limits: Limits) -> Layer:
    try:
        set_limits(limits)
    except (OSError, ValueError) as error:
        return Layer("limits", "failed", str(error))
    return Layer("limits", "enforced", "memory, processor time, files, processes")


def _files_layer() -> Layer:
    version = landlock.abi()
    if not version:
        return Layer("files", "unavailable", "this kernel has no Landlock")
    try:
        landlock.restrict(version)
    except OSError as error:
        return Layer("files", "failed", str(error))
    return Layer("files", "enforced", f"Landlock ABI {version}")


def _calls_layer(out: int) -> Layer:
    processor = seccomp.this_processor()
    if processor is None:
        return Layer("system calls", "unavailable", f"no filter for {os.uname().machine}")
    try:
        seccomp.install(processor, out)
    except OSError as error:
        return Layer("system calls", "failed", str(error))
    return Layer("system calls", "enforced", "seccomp allow-list")


def confine(limits: Limits, out: int, parent: int, *, strict: bool) -> None:
    """Confine this process for good; afterwards its answer goes to file descriptor OUT.

    `parent` is the process id whose end must end this one. Raises `Unavailable` where `strict` and a required layer
    does not hold, and OSError where privileges cannot be given up.
    """
    keep_only(out)
    first = _limits_layer(limits)
    give_up_privileges()
    if os.getppid() != parent:  # it ended before the death signal was set
        os._exit(1)
    found = (first, _files_layer(), _calls_layer(OUT))
    if strict and (broken := missing(found)):
        raise Unavailable("; ".join(f"{layer.name}: {layer.detail}" for layer in broken), found)
