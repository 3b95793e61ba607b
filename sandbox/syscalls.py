"""System call numbers of the two processors the filter knows, from the kernel's own tables.

ALLOWED is all that computing needs once every library is loaded: memory, locks, the clock, the answer's pipe and
the way out. LETHAL ends the process at once, since no computation stumbles into it. Everything else gets EPERM.
The arm64 numbers are those of asm-generic/unistd.h; they are checked against that header where it is installed,
and the filter itself is proven at every start by the canary (`sandbox.canary`), whatever the processor.
"""

from __future__ import annotations

from typing import NamedTuple

ALLOWED = (
    "write", "mmap", "mprotect", "munmap", "brk", "rt_sigreturn", "mremap", "madvise", "futex", "clock_gettime",
    "exit_group",
)  # fmt: skip
LETHAL = (
    "socket", "socketpair", "bind", "listen", "accept", "accept4", "connect", "sendto", "sendmsg", "sendmmsg",
    "clone", "clone3", "fork", "vfork", "execve", "execveat", "kill", "tkill", "tgkill", "pidfd_open",
    "pidfd_getfd", "pidfd_send_signal", "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "unshare",
    "setns", "mount",
    "io_uring_setup", "io_uring_enter", "io_uring_register", "bpf", "perf_event_open", "userfaultfd",
    "memfd_create", "seccomp", "keyctl", "add_key", "request_key", "init_module", "finit_module", "kexec_load",
    "reboot",
)  # fmt: skip


class Processor(NamedTuple):
    """One calling convention: its AUDIT_ARCH value, and the number of each call that exists there."""

    audit_arch: int
    numbers: dict[str, int]


_SHARED = {  # the same everywhere since Linux 5.1
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "pidfd_open": 434, "clone3": 435, "close_range": 436, "pidfd_getfd": 438,
}  # fmt: skip
X86_64 = Processor(
    0xC000003E,
    _SHARED
    | {
        "write": 1, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigreturn": 15, "mremap": 25,
        "madvise": 28, "futex": 202, "clock_gettime": 228, "exit_group": 231,
        "socket": 41, "connect": 42, "accept": 43, "sendto": 44, "sendmsg": 46, "bind": 49, "listen": 50,
        "socketpair": 53, "accept4": 288, "sendmmsg": 307,
        "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "kill": 62, "tkill": 200,
        "tgkill": 234,
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "unshare": 272, "setns": 308,
        "mount": 165, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "memfd_create": 319, "seccomp": 317,
        "keyctl": 250, "add_key": 248, "request_key": 249, "init_module": 175, "finit_module": 313,
        "kexec_load": 246, "reboot": 169,
    },
)  # fmt: skip
AARCH64 = Processor(
    0xC00000B7,
    _SHARED
    | {
        "write": 64, "mmap": 222, "mprotect": 226, "munmap": 215, "brk": 214, "rt_sigreturn": 139, "mremap": 216,
        "madvise": 233, "futex": 98, "clock_gettime": 113, "exit_group": 94,
        "socket": 198, "connect": 203, "accept": 202, "sendto": 206, "sendmsg": 211, "bind": 200, "listen": 201,
        "socketpair": 199, "accept4": 242, "sendmmsg": 269,
        "clone": 220, "execve": 221, "execveat": 281, "kill": 129, "tkill": 130, "tgkill": 131,
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "unshare": 97, "setns": 268,
        "mount": 40, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "memfd_create": 279, "seccomp": 277,
        "keyctl": 219, "add_key": 217, "request_key": 218, "init_module": 105, "finit_module": 273,
        "kexec_load": 104, "reboot": 142,
    },
)  # fmt: skip
PROCESSORS = {"x86_64": X86_64, "aarch64": AARCH64}
