"""The system-call filter: a classic BPF program that the kernel runs before every call (seccomp(2), man page).

It first checks the processor's calling convention, so that 32-bit and x32 numbers cannot be smuggled past, and
looks at arguments where a call is allowed for one use only: `write` to the answer's pipe, memory that is never
executable, `madvise` without the hardware-poisoning advice that root could give. It cannot look behind pointers,
and needs none.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys
from functools import cache

from sandbox.libc import checked, prctl
from sandbox.syscalls import ALLOWED, LETHAL, PROCESSORS, X86_64, Processor

PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
KILL_PROCESS, ERRNO_EPERM, ALLOW = 0x8000_0000, 0x0005_0001, 0x7FFF_0000
X32_BIT = 0x4000_0000
PROT_EXEC = 4
FIRST_POISONING_ADVICE = 100  # MADV_HWPOISON, MADV_SOFT_OFFLINE: for root, they take pages from the whole machine
LOAD, EQUALS, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF: ld w abs, jeq, jge, jset, ret
NUMBER_AT, ARCH_AT, ARGUMENTS_AT = 0, 4, 16  # offsets in struct seccomp_data
INSTRUCTION = struct.Struct("=HBBI")  # struct sock_filter
LOW_WORD = 0 if sys.byteorder == "little" else 4

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, constant


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def this_processor() -> Processor | None:
    """Return the table of the running machine, None where the filter does not know it or the process is 32-bit."""
    return PROCESSORS.get(platform.machine()) if sys.maxsize > 1 << 32 else None


def _argument_check(name: str, out: int) -> list[Instruction]:
    """Return the end of an allowed call's branch: look at one argument, then allow or refuse."""
    position, test, constant, allow_if_true = {
        "write": (0, EQUALS, out, True),
        "mmap": (2, ANY_BIT, PROT_EXEC, False),
        "mprotect": (2, ANY_BIT, PROT_EXEC, False),
        "madvise": (2, AT_LEAST, FIRST_POISONING_ADVICE, False),
    }[name]
    then, otherwise = (ALLOW, ERRNO_EPERM) if allow_if_true else (ERRNO_EPERM, ALLOW)
    load = (LOAD, 0, 0, ARGUMENTS_AT + 8 * position + LOW_WORD)
    return [load, (test, 0, 1, constant), (RETURN, 0, 0, then), (RETURN, 0, 0, otherwise)]


def program(processor: Processor, out: int) -> list[Instruction]:
    """Return the filter; `out` is the one file descriptor that may be written to."""
    lines: list[Instruction] = [
        (LOAD, 0, 0, ARCH_AT),
        (EQUALS, 1, 0, processor.audit_arch),
        (RETURN, 0, 0, KILL_PROCESS),
        (LOAD, 0, 0, NUMBER_AT),
    ]
    if processor is X86_64:
        lines += [(AT_LEAST, 0, 1, X32_BIT), (RETURN, 0, 0, KILL_PROCESS)]
    for name in ALLOWED:
        checked_names = ("write", "mmap", "mprotect", "madvise")
        branch = _argument_check(name, out) if name in checked_names else [(RETURN, 0, 0, ALLOW)]
        lines += [(EQUALS, 0, len(branch), processor.numbers[name]), *branch]
    for name in LETHAL:
        if name in processor.numbers:
            lines += [(EQUALS, 0, 1, processor.numbers[name]), (RETURN, 0, 0, KILL_PROCESS)]
    return [*lines, (RETURN, 0, 0, ERRNO_EPERM)]


@cache
def machine_code(audit_arch: int, out: int) -> bytes:
    """Return the filter of the processor with this AUDIT_ARCH value, as the kernel takes it."""
    processor = next(known for known in PROCESSORS.values() if known.audit_arch == audit_arch)
    return b"".join(INSTRUCTION.pack(*line) for line in program(processor, out))


def install(processor: Processor, out: int) -> None:
    """Put the filter on this process, for good; NO_NEW_PRIVS must be set. Raises OSError where it is refused."""
    code = machine_code(processor.audit_arch, out)
    filter_ = _Program(len(code) // INSTRUCTION.size, code)
    checked(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(filter_), 0, 0), "seccomp")
