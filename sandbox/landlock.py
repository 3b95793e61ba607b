"""Landlock: the process gives up the whole file tree, TCP, and abstract sockets and signals where the kernel can.

A ruleset that handles every right and allows none (landlock(7), man page). What it handles depends on the kernel's
ABI: 1 files, 2 linking across folders, 3 truncating, 4 TCP, 5 device ioctls, 6 abstract sockets and signals.
It does not cover stat(2), chmod(2) or UDP: the system-call filter does.
"""

from __future__ import annotations

import ctypes

from sandbox.libc import checked, syscall

CREATE_RULESET, RESTRICT_SELF = 444, 446  # the same on all processors
ASK_VERSION = 1
FILE_RIGHTS = ((1, 0x1FFF), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))  # since ABI: basic, refer, truncate, ioctl
TCP_BIND_CONNECT, TCP_SINCE = 0b11, 4
SOCKETS_SIGNALS, SCOPES_SINCE = 0b11, 6


class _Ruleset(ctypes.Structure):
    """struct landlock_ruleset_attr."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


def abi() -> int:
    """Return the kernel's Landlock version, 0 where it has none or has it switched off."""
    return max(0, syscall(CREATE_RULESET, 0, 0, ASK_VERSION))


def restrict(version: int) -> None:
    """Give up everything that `version` can take; NO_NEW_PRIVS must be set. Raises OSError where it is refused."""
    rules = _Ruleset(sum(right for since, right in FILE_RIGHTS if version >= since))
    size = 8  # the structure grew with the ABI
    if version >= TCP_SINCE:
        rules.network, size = TCP_BIND_CONNECT, 16
    if version >= SCOPES_SINCE:
        rules.scoped, size = SOCKETS_SIGNALS, 24
    ruleset = checked(syscall(CREATE_RULESET, ctypes.addressof(rules), size, 0), "landlock")
    checked(syscall(RESTRICT_SELF, ruleset, 0), "landlock")
