"""The parent's side of a zygote: start it, hand it calls, take their answers, and kill what goes on too long.

Any number of threads may call at once; each call has its own pipe and socket, and shares only the control socket,
on which one message is one send. A zygote that died is found out by the socket: `Gone`, and the caller starts
another.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import subprocess
import time

from sandbox.errors import Unavailable
from sandbox.layers import Layer
from sandbox.limits import Limits
from sandbox.start import command, environment
from sandbox.verdict import HEADER_ROOM, Ended, Gone
from sandbox.waiting import Waiting
from sandbox.wire import Job, write

START_SECONDS = 60.0
END_SECONDS = 5.0
PIPE_BYTES = 1 << 20


def sealed(job: Job) -> int:
    """Return a descriptor of memory that holds a job and can no longer change."""
    descriptor = os.memfd_create("job", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        with open(descriptor, "wb", buffering=0, closefd=False) as file:
            write(job, file)
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


class ZygoteHost:
    """One running zygote. `layers` are what its canaries found."""

    def __init__(self, *, policy: bool, strict: bool) -> None:
        """Start it and wait for its greeting. Raises `Unavailable` where it does not come."""
        self._owner = os.getpid()
        self._control, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with end:  # where this process has its own standard streams closed, the number would be one of theirs
            theirs = socket.socket(fileno=fcntl.fcntl(end.fileno(), fcntl.F_DUPFD_CLOEXEC, 3))
        complaints = os.memfd_create("stderr")
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and our own module
                command("sandbox.zygote", descriptor=theirs.fileno(), policy=policy, strict=strict),
                env=environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # a Ctrl-C in the terminal is for the conversation
            )
            theirs.close()
            self.layers = self._greeted(complaints)
        except OSError as error:
            self._control.close()
            raise Unavailable(f"The sandbox's process cannot be started: {error.strerror}.") from error
        finally:
            theirs.close()
            os.close(complaints)

    @property
    def pid(self) -> int:
        """The zygote's process id."""
        return self._process.pid

    def _greeted(self, complaints: int) -> tuple[Layer, ...]:
        self._control.settimeout(START_SECONDS)
        try:
            greeting = self._control.recv(1 << 16)
        except TimeoutError:
            greeting = b""
        if not greeting:
            self.close()
            size = os.fstat(complaints).st_size
            last = os.pread(complaints, 4096, max(0, size - 4096)).decode(errors="replace").strip().splitlines()
            raise Unavailable(f"The sandbox's process did not start: {last[-1] if last else 'it said nothing'}")
        self._control.settimeout(None)
        return tuple(Layer(*line) for line in json.loads(greeting))

    def run(self, job: Job) -> Ended:
        """Run a job in a child of its own.

        Raises `Gone`, `Unavailable` where the system gives no memory or descriptors for a call, and pyarrow's
        errors for frames it cannot hold.
        """
        try:
            descriptor = sealed(job)
            try:
                return self._call(descriptor, job.limits)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise Unavailable(f"The sandbox cannot take a call: {error.strerror}.") from error

    def _call(self, job_descriptor: int, limits: Limits) -> Ended:
        deadline = time.monotonic() + limits.wall_seconds
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        out, into = os.pipe()
        call = Waiting(ours, out, limits.output_bytes + HEADER_ROOM, deadline)
        try:
            with contextlib.suppress(OSError):  # a pipe of the usual size is only slower
                fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            os.set_blocking(out, False)
            try:
                socket.send_fds(self._control, [b"call"], [job_descriptor, into, theirs.fileno()])
            except OSError as error:
                raise Gone from error
            finally:
                theirs.close()
                os.close(into)
            return call.wait()
        finally:
            call.release()

    def close(self) -> None:
        """End the zygote and its children; in a forked copy of the owner, only let go of the socket."""
        self._control.close()
        if os.getpid() != self._owner:
            self._process.returncode = 0  # not this process's child: nothing to wait for
            return
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
