"""Confinement on macOS: resource limits, and Seatbelt (the call behind sandbox-exec) with everything denied.

Reasoned from the system's headers and from how browsers call it; it has never been run by the authors, who had no
such machine. It is therefore never `strict`: the states below are what it sets out to do, and no canary proves
them. A profile that the system refuses ends the call. The address-space limit is only advice to this kernel.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import math

from sandbox.layers import Layer
from sandbox.limits import Limits

PROFILE = b"(version 1)(deny default)(allow sysctl-read)"
MAX_OPEN_FILES = 8
LAYERS = (
    Layer("process", "enforced", "a fresh process a call, with a bare environment"),
    Layer("limits", "failed", "set, but memory is not bounded by this kernel, and nothing is proven"),
    Layer("files", "failed", "Seatbelt profile that denies everything; set, not proven"),
    Layer("system calls", "unavailable", "macOS has no filter for a process"),
)


def _set_limits(limits: Limits) -> None:
    """Set what this kernel takes. Raises OSError or ValueError."""
    import resource

    seconds = math.ceil(limits.cpu_seconds)
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_DATA, limits.memory_bytes, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES, MAX_OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NPROC, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def confine(limits: Limits) -> None:
    """Confine this process for good; open descriptors stay usable. Raises OSError where the system refuses."""
    library = ctypes.CDLL(ctypes.util.find_library("System") or "/usr/lib/libSystem.B.dylib", use_errno=True)
    _set_limits(limits)
    complaint = ctypes.c_char_p()
    library.sandbox_init.argtypes = [ctypes.c_char_p, ctypes.c_uint64, ctypes.POINTER(ctypes.c_char_p)]
    library.sandbox_init.restype = ctypes.c_int
    if library.sandbox_init(PROFILE, 0, ctypes.byref(complaint)) != 0:
        text = (complaint.value or b"no reason given").decode(errors="replace")
        raise OSError(f"Seatbelt: {text}")
