"""A fresh process for every call, for systems where a process with libraries loaded cannot be forked safely.

The job goes in on stdin, the answer comes out on stdout, after one byte that says the libraries are loaded: the
clock of the code starts there. It costs what starting pandas costs, every time. What confines the process is the
system's own affair: `sandbox.macos`, `sandbox.windows`. Processor time and peak memory are not measured here.
"""

from __future__ import annotations

import io
import os
import subprocess
import threading
from dataclasses import dataclass, field
from typing import IO

from sandbox.layers import Layer
from sandbox.limits import Limits
from sandbox.start import command, environment
from sandbox.verdict import HEADER_ROOM, Ended
from sandbox.wire import Job, write

START_SECONDS = 60.0
END_SECONDS = 5.0
CHUNK_BYTES = 1 << 16
READY = b"R"


class SpawnHost:
    """Runs each job in a process of its own."""

    def __init__(self, layers: tuple[Layer, ...], *, policy: bool) -> None:
        """Start nothing yet; `layers` is what this system's confinement is said to do."""
        self._policy = policy
        self.layers = layers

    def run(self, job: Job) -> Ended:
        """Start a process, give it the job, and wait for its end or kill it."""
        file = io.BytesIO()
        write(job, file)
        process = subprocess.Popen(  # noqa: S603  our own interpreter and our own module
            command("sandbox.spawned", policy=self._policy),
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            return _Conversation(process, job.limits).hold(file.getvalue())
        finally:
            process.kill()
            process.wait()

    def close(self) -> None:
        """Nothing outlives its call."""


@dataclass
class _Conversation:
    """One job with one process; a thread each way, since Windows cannot wait on two pipes."""

    process: subprocess.Popen[bytes]
    limits: Limits
    ready: threading.Event = field(default_factory=threading.Event)
    chunks: list[bytes] = field(default_factory=list)
    flooded: bool = False

    def hold(self, job: bytes) -> Ended:
        """Send the job and collect the answer."""
        pipes = (self.process.stdin, self.process.stdout)
        if pipes[0] is None or pipes[1] is None:
            raise RuntimeError("a process started with pipes has none")
        reader = threading.Thread(target=self._collect, args=(pipes[1],), daemon=True)
        threading.Thread(target=_send, args=(pipes[0], job), daemon=True).start()
        reader.start()
        self.ready.wait(START_SECONDS)
        reader.join(self.limits.wall_seconds)
        late = reader.is_alive()
        if late or self.flooded:
            self.process.kill()
        exit_code = self.process.wait(END_SECONDS)
        reason = "output" if self.flooded else "time" if late else ""
        return Ended(b"".join(self.chunks), exit_code, reason)

    def _collect(self, stdout: IO[bytes]) -> None:
        most = self.limits.output_bytes + HEADER_ROOM
        size = 0
        first = os.read(stdout.fileno(), 1)
        self.ready.set()
        while first and (chunk := os.read(stdout.fileno(), CHUNK_BYTES)):
            self.chunks.append(chunk)
            size += len(chunk)
            if size > most:
                self.flooded = True
                return


def _send(stdin: IO[bytes], job: bytes) -> None:
    try:
        stdin.write(job)
        stdin.close()
    except OSError:
        return  # it ended before it read everything; its exit status tells
