"""A call under way, as the parent sees it: collect the answer, watch the clock, kill what goes on too long.

The answer counts once all the bytes that it announces are there. The child then has nothing left to do; the zygote
kills it when this side hangs up, and nobody here waits for its end, which takes the kernel as long as a short
computation.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.check import announced_bytes
from sandbox.errors import Unavailable
from sandbox.verdict import Ended, Gone

END_SECONDS = 5.0
CHUNK_BYTES = 1 << 20
LONGEST_POLL_SECONDS = 3600.0  # poll(2) counts milliseconds in 32 bits
CPUCLOCK_SCHED = 2


def usage_of(pid: int) -> tuple[float, int] | None:
    """Return processor seconds and peak resident bytes of a process that has not ended; None where it has.

    The clock's number is made as glibc's clock_getcpuclockid(3) makes it.
    """
    try:
        seconds = time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED)
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    peaks = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")]
    return (seconds, peaks[0] * 1024) if peaks else None


@dataclass
class Waiting:
    """One call: where its answer and its news come in, and how far it has got."""

    reply: socket.socket
    out: int
    most_bytes: int
    deadline: float
    pid: int = 0
    pidfd: int = -1
    killed_for: str = ""
    size: int = 0
    announced: int | None = None
    chunks: list[bytes] = field(default_factory=list)
    ended: Ended | None = None

    def wait(self) -> Ended:
        """Return the child's answer and end. Raises `Gone`, and `Unavailable` where no child can be started."""
        poll = select.poll()
        poll.register(self.reply, select.POLLIN)
        poll.register(self.out, select.POLLIN)
        while self.ended is None:
            left = self.deadline - time.monotonic()
            events = poll.poll(min(max(0, left), LONGEST_POLL_SECONDS) * 1000)
            if not events and time.monotonic() >= self.deadline:
                self._late()
            for descriptor, _event in events:
                if descriptor == self.out:
                    if not self._read():
                        poll.unregister(self.out)
                else:
                    self._listen()
            self._settle()
        return self.ended

    def _settle(self) -> None:
        """End the call where its answer is whole and the child's usage can still be had."""
        whole = self.announced is not None and self.size >= self.announced
        if self.ended is None and whole and self.pid and not self.killed_for:
            usage = usage_of(self.pid)
            if usage is not None:
                self.ended = Ended(b"".join(self.chunks), 0, "", *usage)

    def _late(self) -> None:
        """Kill for time; where even the end of a killed child does not come, give the zygote up.

        A child that is still to be started is killed when it is told of: the zygote serves other calls too.
        """
        if self.killed_for:
            raise Gone
        self._kill("time")
        self.deadline = time.monotonic() + END_SECONDS

    def _kill(self, reason: str) -> None:
        self.killed_for = self.killed_for or reason
        if self.pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def _read(self) -> bool:
        """Read what is there; False at the end of the pipe or where nothing is there."""
        try:
            chunk = os.read(self.out, CHUNK_BYTES)
        except BlockingIOError:
            return False
        if self.killed_for != "output":
            self.chunks.append(chunk)
            self.size += len(chunk)
        if self.announced is None:
            self.announced = announced_bytes(b"".join(self.chunks))
        if self.size > self.most_bytes or (self.announced or 0) > self.most_bytes:
            self._kill("output")
        return bool(chunk)

    def _listen(self) -> None:
        """Read the news of the child: its start, its end, or why there is none."""
        try:
            message, descriptors, _flags, _address = socket.recv_fds(self.reply, 1 << 12, 1)
        except ConnectionError:
            message, descriptors = b"", []
        if not message:
            raise Gone
        for descriptor in descriptors:
            self.pidfd = descriptor
            if self.killed_for:
                self._kill(self.killed_for)
        said = json.loads(message)
        self.pid = said.get("pid", self.pid)
        if "error" in said:
            raise Unavailable(f"{said['error']}.")
        if "exit" in said:
            while self._read():
                pass
            answer = b"".join(self.chunks)
            self.ended = Ended(answer, said["exit"], self.killed_for, said["cpu_seconds"], said["peak_bytes"])

    def release(self) -> None:
        """Hang up, and so have the child killed; one still at work (an interrupt came) is killed at once."""
        if self.ended is None:
            self._kill("abandoned")
        with contextlib.suppress(OSError):  # heard even where a forked copy of this process holds the socket open
            self.reply.shutdown(socket.SHUT_RDWR)
        self.reply.close()
        for descriptor in (self.out, self.pidfd):
            if descriptor >= 0:
                os.close(descriptor)
