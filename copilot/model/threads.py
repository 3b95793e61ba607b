"""How many threads to decode with.

llama.cpp's threads spin at a barrier after every layer, so one thread too many on a busy machine costs a factor of
three to seven. Busy cores are left alone: the load average counts them, lagging by about a minute.
"""

from __future__ import annotations

import math
import os

MOST = 8  # a small model is bound by memory bandwidth: more threads only wait


def available_cores() -> int:
    """Return the number of cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choose_threads(cores: int | None = None, load: float | None = None) -> int:
    """Return a thread count of at least 1: the cores that are free, at most eight.

    Args:
        cores: cores of this process; measured if not given.
        load: runnable processes, one-minute average; measured if not given (0 where the system has none).
    """
    if cores is None:
        cores = available_cores()
    if load is None:
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    # Half a core of background load still leaves room; a whole busy process does not.
    return max(1, min(MOST, math.floor(cores - load + 0.5)))


def set_passive_waiting() -> None:
    """Ask OpenMP to sleep rather than spin between jobs. Works only before llama.cpp is loaded."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
