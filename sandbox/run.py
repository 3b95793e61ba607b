"""`Sandbox`: runs code nobody has read, and gives back a checked value or says in words why there is none.

Covered (on Linux, each proven by an attempt at every start): files, network, other processes, system calls in
general, secrets in the environment or memory of this process, time, processor time, memory, the size of the
answer. Not covered: what the numbers mean (a feature can still look ahead: the leak firewall tests that), a bug
in the kernel's memory management or locks, which the code can reach, and what it could learn from timing.

`strict` refuses to run unless limits and the system-call filter hold. `degraded` must be asked for by name; it runs
with what the machine has, and every outcome lists what that was.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self

from sandbox.errors import Stopped, Unavailable
from sandbox.layers import Layer, missing
from sandbox.limits import Limits, Outcome, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from sandbox.check import Body
    from sandbox.verdict import Ended
    from sandbox.wire import Data, Inputs, Job

Mode = Literal["strict", "degraded"]
DEFAULT_LIMITS = Limits()
ATTEMPTS = 2  # a call has no effects, so one that lost its zygote may be made again


class Runner(Protocol):
    """What runs jobs: a zygote's children, or a fresh process each."""

    layers: tuple[Layer, ...]

    def run(self, job: Job) -> Ended:
        """Run one job to its end; raises `Gone` where the runner itself ended."""

    def close(self) -> None:
        """End it."""


def _start(*, policy: bool, strict: bool) -> Runner:
    """Start what this system has. Raises `Unavailable`."""
    runner: Runner
    if sys.platform == "linux":
        from sandbox.host import ZygoteHost

        runner = ZygoteHost(policy=policy, strict=strict)
    else:
        from sandbox.spawn import SpawnHost

        if strict:
            raise Unavailable(f"A strict sandbox needs Linux; on {sys.platform} only a degraded one can be had.")
        runner = SpawnHost(_expected_layers(), policy=policy)
    return runner


def _expected_layers() -> tuple[Layer, ...]:
    """Return what a system other than Linux is expected to do; no attempt proves it, and the states say so."""
    if sys.platform == "darwin":
        from sandbox.macos import LAYERS
    else:
        from sandbox.windows import LAYERS
    return LAYERS


class Sandbox:
    """A sandbox that starts at its first use and serves any number of threads; close it, or use it in a `with`."""

    def __init__(self, mode: Mode = "strict", *, policy: bool = True) -> None:
        """Start nothing yet; `policy=False`, for tests only, leaves the code to the kernel's layers alone."""
        self._strict = mode == "strict"
        self._policy = policy
        self._lock = threading.Lock()
        self._runner: Runner | None = None
        self._closed: Runner | None = None
        _living.add(self)

    def feature(self, source: str, bars: Mapping[str, Data], limits: Limits = DEFAULT_LIMITS) -> Outcome:
        """Run the function that `source` calls `feature` on frames of bars x symbols.

        Args:
            source: Python source that defines `feature`.
            bars: "close" and whatever else the feature may read, by name; the function gets a dict of these.
            limits: what the call may use.

        Returns:
            A float64 frame with the labels of `bars["close"]`; NaN is unknown; infinite values are refused.

        Raises:
            Rejected: the source is not allowed, or a guard refused what it did.
            Crashed: it raised, or returned something else.
            Stopped: it was ended for its use of time, memory, output or the system.
            Unavailable: no sandbox of this mode can be had here.
        """
        from sandbox.check import feature_value

        like: pd.DataFrame = bars["close"]
        return self._call("feature", source, {"bars": bars}, limits, lambda body: feature_value(body, like))

    def script(self, source: str, inputs: Inputs, limits: Limits = DEFAULT_LIMITS) -> Outcome:
        """Run `source`, which reads the names of `inputs` and assigns `result`.

        Args:
            source: Python source.
            inputs: frames, or dicts of frames, by the name the code knows them by.
            limits: what the call may use.

        Returns:
            A number; a table (floats, 64-bit whole numbers, booleans, text, times, aware ones in UTC; a series
            comes back as a table of one column); or a Plotly figure as a dict of `data` and `layout`.

        Raises:
            Rejected, Crashed, Stopped, Unavailable: as for `feature`.
        """
        from sandbox.check import script_value

        return self._call("script", source, inputs, limits, script_value)

    def layers(self) -> tuple[Layer, ...]:
        """Return every layer and its state, as canaries found it at the start. Raises `Unavailable`."""
        return self._ready().layers

    def close(self) -> None:
        """End the sandbox's processes and the calls under way; the next call would start new ones."""
        with self._lock:
            runner, self._runner = self._runner, None
            self._closed = runner or self._closed
        if runner is not None:
            runner.close()

    def __enter__(self) -> Self:
        """Return the sandbox."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _call(
        self,
        kind: Literal["feature", "script"],
        source: str,
        inputs: Inputs,
        limits: Limits,
        value_of: Callable[[Body], Value],
    ) -> Outcome:
        from sandbox.verdict import Gone, body_of
        from sandbox.wire import Job

        job = Job(kind, source, inputs, limits)
        started = time.monotonic()
        for _attempt in range(ATTEMPTS):
            runner = self._ready()
            try:
                ended = runner.run(job)
            except Gone:
                if runner is self._closed:
                    raise Stopped("The sandbox was closed during the call.", "killed") from None
                self._drop(runner)
                continue
            value = value_of(body_of(ended, limits))
            wall = time.monotonic() - started
            return Outcome(value, runner.layers, wall, ended.cpu_seconds, ended.peak_bytes)
        raise Stopped("The sandbox's own process was killed, and killed again.", "killed")

    def _ready(self) -> Runner:
        """Return the runner, started if it has to be. Raises `Unavailable`."""
        with self._lock:
            if self._runner is None:
                runner = _start(policy=self._policy, strict=self._strict)
                runner.layers = (self._policy_layer(), *runner.layers)
                broken = missing(runner.layers)
                if self._strict and broken:
                    runner.close()
                    what = "; ".join(f"{layer.name}: {layer.detail}" for layer in broken)
                    raise Unavailable(f"This machine cannot confine generated code: {what}.", runner.layers)
                self._runner = runner
            return self._runner

    def _policy_layer(self) -> Layer:
        if self._policy:
            return Layer("policy", "enforced", "RestrictedPython, allow-listed methods of pandas and numpy")
        return Layer("policy", "off", "switched off by the caller")

    def _drop(self, runner: Runner) -> None:
        """Forget a runner that ended, unless another thread has already replaced it."""
        with self._lock:
            if self._runner is runner:
                self._runner = None
        runner.close()

    def after_fork(self) -> None:
        """Let go, in a forked copy of this process, of the zygote of the original, which it would keep alive."""
        self._lock = threading.Lock()  # another thread may have held it at the fork
        self.close()


_living: weakref.WeakSet[Sandbox] = weakref.WeakSet()


def _after_fork() -> None:
    for sandbox in list(_living):
        sandbox.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
