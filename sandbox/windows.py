"""Confinement on Windows: a job object that this process puts itself in, with limits and without children.

Reasoned from the documentation of job objects; it has never been run by the authors, who had no such machine. It is
therefore never `strict`: nothing keeps the code from the file tree or the network once the policy is passed, and
the states below say so. A limit that the system refuses ends the call.
"""

from __future__ import annotations

import ctypes

from sandbox.layers import Layer
from sandbox.limits import Limits

EXTENDED_LIMITS, UI_RESTRICTIONS = 9, 4  # JOBOBJECTINFOCLASS
PROCESS_TIME, ACTIVE_PROCESS, PROCESS_MEMORY = 0x2, 0x8, 0x100
DIE_ON_UNHANDLED_EXCEPTION, KILL_ON_JOB_CLOSE = 0x400, 0x2000
ALL_UI = 0xFF  # handles, clipboard, desktop, display and system settings, atoms, exit
TICKS_PER_SECOND = 10_000_000
LAYERS = (
    Layer("process", "enforced", "a fresh process a call, with a bare environment"),
    Layer("limits", "failed", "a job object with limits; set, not proven"),
    Layer("files", "unavailable", "nothing on this system keeps the code from files but the policy"),
    Layer("system calls", "unavailable", "Windows has no filter for a process"),
)


class _BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def limit_information(limits: Limits, used_bytes: int) -> _ExtendedLimits:
    """Return the job's limits; memory counts on top of what the process has committed already."""
    information = _ExtendedLimits()
    information.basic.flags = (
        PROCESS_TIME | ACTIVE_PROCESS | PROCESS_MEMORY | DIE_ON_UNHANDLED_EXCEPTION | KILL_ON_JOB_CLOSE
    )
    information.basic.process_time = int(limits.cpu_seconds * TICKS_PER_SECOND)
    information.basic.active_processes = 1
    information.process_memory = used_bytes + limits.memory_bytes
    return information


class _MemoryCounters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        ("peak_working_set", ctypes.c_size_t),
        ("working_set", ctypes.c_size_t),
        ("peak_paged_pool", ctypes.c_size_t),
        ("paged_pool", ctypes.c_size_t),
        ("peak_nonpaged_pool", ctypes.c_size_t),
        ("nonpaged_pool", ctypes.c_size_t),
        ("committed", ctypes.c_size_t),
        ("peak_committed", ctypes.c_size_t),
    )


def confine(limits: Limits) -> None:
    """Put this process in a job of its own, for good. Raises OSError where the system refuses."""
    kernel = ctypes.CDLL("kernel32")  # 64-bit Windows has one calling convention
    kernel.GetCurrentProcess.restype = kernel.CreateJobObjectW.restype = ctypes.c_void_p
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
    counters = _MemoryCounters(size=ctypes.sizeof(_MemoryCounters))
    _must(kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.size), "memory in use")
    information = limit_information(limits, counters.committed)
    interface = ctypes.c_uint32(ALL_UI)
    for kind, value in ((EXTENDED_LIMITS, information), (UI_RESTRICTIONS, interface)):
        done = kernel.SetInformationJobObject(job, kind, ctypes.byref(value), ctypes.sizeof(value))
        _must(done, f"job limits {kind}")
    _must(kernel.AssignProcessToJobObject(job, process), "job")


def _must(done: int, what: str) -> None:
    if not done:
        raise OSError(f"Windows refused: {what}")
