"""What became of a call: from how the child ended and what it wrote to a value, or to a failure in plain words."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from sandbox.answer import MAX_HEADER_BYTES, PREFIX
from sandbox.check import Body, failure, malformed, unpack
from sandbox.errors import Crashed, Stopped
from sandbox.limits import Limits

HEADER_ROOM = PREFIX.size + MAX_HEADER_BYTES
BROKEN = {"SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT"}


class Gone(Exception):
    """The zygote ended while a call was under way, or before it."""


@dataclass(frozen=True)
class Ended:
    """A child that ended.

    Attributes:
        answer: what it wrote, at most a chunk more than its limit.
        exit_code: its exit status, or minus the signal that ended it.
        killed_for: why this side killed it: "time", "output"; "" where it did not.
        cpu_seconds: its processor time, 0.0 where the system does not say.
        peak_bytes: its largest resident memory, 0 where the system does not say.
    """

    answer: bytes
    exit_code: int
    killed_for: str
    cpu_seconds: float = 0.0
    peak_bytes: int = 0


def _stopped(exit_code: int, killed_for: str, limits: Limits) -> Stopped | Crashed:
    """Return the failure of a child that did not end by itself with success."""
    if killed_for == "time":
        return Stopped(f"The code was stopped after {limits.wall_seconds:g} seconds.", "time")
    if killed_for == "output":
        return Stopped(f"The code wrote more than {limits.output_bytes:,} bytes and was stopped.", "output")
    if exit_code >= 0:
        return Crashed("The code ended its own process.")
    name = signal.Signals(-exit_code).name if -exit_code in list(signal.Signals) else str(-exit_code)
    return _by_signal(name, limits)


def _by_signal(name: str, limits: Limits) -> Stopped:
    if name == "SIGSYS":
        return Stopped("The code made a forbidden system call and was stopped.", "system call")
    if name == "SIGXCPU":
        seconds = f"{limits.cpu_seconds:g} seconds"
        return Stopped(f"The code was stopped after {seconds} of processor time.", "processor time")
    if name in BROKEN:
        return Stopped(f"The code broke its interpreter ({name}).", "killed")
    return Stopped(f"The code's process was killed ({name}).", "killed")


def body_of(ended: Ended, limits: Limits) -> Body:
    """Return the checked answer of a child that ended well. Raises the failure otherwise."""
    if ended.killed_for or ended.exit_code != 0:
        raise _stopped(ended.exit_code, ended.killed_for, limits)
    if not ended.answer:
        raise Crashed("The code ended its own process without a result.")
    body = unpack(ended.answer)
    if len(body.data) > limits.output_bytes:
        raise malformed("it is too long")
    if body.kind == "error":
        raise failure(body)
    return body
