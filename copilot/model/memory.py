"""How much memory this process holds, and what a model adds to it.

Pages of the model file count where they were read, as the system counts them.
"""

from __future__ import annotations

import os
from pathlib import Path

MEGABYTE = 1e6
_STATUS = Path("/proc/self/status")


def peak_mb() -> float | None:
    """Return the most memory this process has held, in 10^6 bytes; None where the system does not say."""
    if _STATUS.exists():  # the figure of `getrusage` is, on Linux, not below that of the process before `exec`
        return _stated_mb("VmHWM")
    if os.name != "posix":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE  # bytes on macOS


def resident_mb() -> float | None:
    """Return the memory this process holds now, in 10^6 bytes; None where the system does not say."""
    return _stated_mb("VmRSS") if _STATUS.exists() else None


def import_libraries() -> None:
    """Import what inference needs, so that what a model takes can be told from what they take."""
    from copilot.model.threads import set_passive_waiting

    set_passive_waiting()
    import llama_cpp
    import outlines.backends.llguidance
    import outlines.types

    del llama_cpp, outlines


def _stated_mb(name: str) -> float:
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1]) * 1024 / MEGABYTE
