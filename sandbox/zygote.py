"""The zygote: a process with the libraries loaded and nothing else, which forks a single-use child for every call.

It is started by exec with an environment of three variables, in a session of its own, before any secret could reach
it; it never runs generated code itself. It ends when its parent's end of the control socket closes, however the
parent went; its children end with it (death signal). One thread, one `poll`: requests, ended children, callers
who left.

One child stands ready: forking and the first touch of shared pages are most of a short call's time, and the next
child does both once the last call is over, so that it takes no processor from a call. A child still serves one call
only.

Protocol, all in SEQPACKET messages: the parent sends any byte with three descriptors (the sealed job, the pipe
for the answer, a socket for this call); on that socket come the child's pid descriptor, and at its end one JSON
status.
"""

from __future__ import annotations

import contextlib
import gc
import json
import mmap
import os
import select
import signal
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sandbox.canary import probe
from sandbox.confine import OUT, PR_SET_PDEATHSIG, confine, keep_only
from sandbox.layers import Layer, State
from sandbox.libc import checked, prctl
from sandbox.limits import Limits
from sandbox.seccomp import machine_code, this_processor

DESCRIPTORS = 3


class _Child(NamedTuple):
    """A child that stands ready, behind a socket on which it gets its one job."""

    pid: int
    pidfd: int
    door: socket.socket


class _Call(NamedTuple):
    """A call under way."""

    child: _Child
    reply: socket.socket


def _live(door: int, parent: int, *, policy: bool, strict: bool) -> None:
    """Live a child's life; it ends by being killed, and where it has no job the caller ends the process."""
    from sandbox.child import live
    from sandbox.warm import touch
    from sandbox.wire import read

    keep_only(door)
    checked(prctl(PR_SET_PDEATHSIG, signal.SIGKILL), "death signal")
    touch(policy=policy)
    with socket.socket(fileno=OUT) as mine:
        message, descriptors, _flags, _address = socket.recv_fds(mine, 16, 2)
        if not message:  # the zygote is gone
            return
        mine.detach()
    job_descriptor, out = descriptors
    size = os.fstat(job_descriptor).st_size
    private = mmap.PROT_READ | mmap.PROT_WRITE
    job = read(mmap.mmap(job_descriptor, size, flags=mmap.MAP_PRIVATE, prot=private))

    def close_down(limits: Limits) -> None:
        confine(limits, out, parent, strict=strict)

    live(job, OUT, close_down, policy=policy)
    threading.Event().wait()  # ending costs milliseconds: first the reader of the answer gets the processor


class Zygote:
    """The loop over one control socket."""

    def __init__(self, control: socket.socket, *, policy: bool, strict: bool) -> None:
        self._control = control
        self._policy = policy
        self._strict = strict
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._ready: _Child | None = None
        self._by_pidfd: dict[int, _Call] = {}
        self._by_reply: dict[int, _Call] = {}

    def serve(self) -> None:
        """Answer calls until the parent is gone."""
        self._stand_by()
        while True:
            for descriptor, _event in self._poll.poll():
                if descriptor == self._control.fileno():
                    if not self._accept():
                        return
                elif descriptor in self._by_pidfd:
                    self._reap(self._by_pidfd[descriptor])
                elif descriptor in self._by_reply:  # the caller left: nobody waits for this child
                    self._abandon(self._by_reply[descriptor])

    def _accept(self) -> bool:
        """Give a request to the child that stands ready; False where the parent is gone."""
        try:
            message, descriptors, _flags, _address = socket.recv_fds(self._control, 16, DESCRIPTORS)
        except ConnectionError:
            return False
        if not message:
            return False
        if len(descriptors) == DESCRIPTORS:
            job, out, reply = descriptors
            self._hand_over(job, out, socket.socket(fileno=reply))
            os.close(job)
            os.close(out)
        return True

    def _stand_by(self) -> str:
        """Have a child ready; return why there is none, "" where there is one."""
        if self._ready is not None:
            return ""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            ours.close()
            theirs.close()
            return f"the sandbox cannot start a process: {error.strerror}"
        if pid == 0:
            code = 1
            try:
                _live(theirs.fileno(), parent, policy=self._policy, strict=self._strict)
                code = 0
            finally:
                os._exit(code)
        theirs.close()
        self._ready = _Child(pid, os.pidfd_open(pid), ours)
        return ""

    def _hand_over(self, job: int, out: int, reply: socket.socket) -> None:
        """Make the ready child work on a job, or say why there is none."""
        self._bury()
        why = self._stand_by()
        child, self._ready = self._ready, None
        if child is None:
            _tell(reply, {"error": why})
            reply.close()
            return
        call = _Call(child, reply)
        self._by_pidfd[child.pidfd] = self._by_reply[reply.fileno()] = call
        self._poll.register(child.pidfd, select.POLLIN)
        self._poll.register(reply, 0)  # a hang-up is always reported
        try:
            socket.send_fds(child.door, [b"job"], [job, out])
            socket.send_fds(reply, [json.dumps({"pid": child.pid}).encode()], [child.pidfd])
        except OSError:
            self._abandon(call)
        child.door.close()

    def _bury(self) -> None:
        """Forget the ready child where something killed it while it waited."""
        child = self._ready
        if child is not None and os.waitpid(child.pid, os.WNOHANG)[0]:
            os.close(child.pidfd)
            child.door.close()
            self._ready = None

    def _abandon(self, call: _Call) -> None:
        self._poll.unregister(call.reply)
        del self._by_reply[call.reply.fileno()]
        os.kill(call.child.pid, signal.SIGKILL)  # not reaped yet, so the id is still the child's
        self._stand_by()

    def _reap(self, call: _Call) -> None:
        _pid, status, usage = os.wait4(call.child.pid, 0)
        if self._by_reply.pop(call.reply.fileno(), None):
            self._poll.unregister(call.reply)
        self._poll.unregister(call.child.pidfd)
        del self._by_pidfd[call.child.pidfd]
        os.close(call.child.pidfd)
        ended = {
            "exit": os.waitstatus_to_exitcode(status),
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_bytes": usage.ru_maxrss * 1024,
        }
        _tell(call.reply, ended)
        call.reply.close()
        self._stand_by()


def _tell(reply: socket.socket, message: Mapping[str, object]) -> None:
    """Send a status; a caller who has gone away does not matter."""
    with contextlib.suppress(OSError):
        reply.send(json.dumps(message).encode())


def _greeting(layers: tuple[Layer, ...]) -> bytes:
    threads = len(list(Path("/proc/self/task").iterdir()))
    state: State = "enforced" if threads == 1 else "failed"
    detail = f"one process a call, forked from one with {threads} thread and {len(os.environ)} variables"
    found = (Layer("process", state, detail), *layers)
    return json.dumps([[layer.name, layer.state, layer.detail] for layer in found]).encode()


def _take_signals_back() -> None:
    """Undo what a caller ignores or blocks: it is inherited, and the ends of children are told by signals."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in (signal.SIGCHLD, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)


def main(descriptor: int, *, policy: bool, strict: bool) -> None:
    """Try out the layers, load the libraries, greet, serve. Errors go to stderr until the greeting only."""
    control = socket.socket(fileno=descriptor)
    _take_signals_back()
    layers = probe()
    gc.disable()  # collecting while libraries load finds nothing; `warm` switches it on again
    from sandbox.warm import warm

    warm(policy=policy)
    if processor := this_processor():
        machine_code(processor.audit_arch, OUT)  # kept, so that no child has to make it
    greeting = _greeting(layers)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    control.send(greeting)
    Zygote(control, policy=policy, strict=strict).serve()
