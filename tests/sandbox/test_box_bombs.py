"""Whatever the code wastes, the caller waits no longer than the limits, is told why, and the next call works."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox.errors import Crashed, SandboxFailure, Stopped
from sandbox.limits import Limits
from sandbox.run import Sandbox

LIMITS = Limits(wall_seconds=1.0, cpu_seconds=5.0, memory_bytes=128 << 20, output_bytes=1 << 20)
SLACK_SECONDS = 2.0

BOMBS = {
    "a list": ("x = [0] * 10**9", "memory"),
    "many small things": ("x = []\nwhile True: x.append([None] * 100)", "memory"),
    "an array": ("x = np.ones((1 << 27,))", "memory"),
    "a text": ("x = f'{1:>{10**9}}'", "memory"),
    "a swallowed memory error": (
        "x = []\nwhile True:\n    try: x.append(bytes(1 << 20))\n    except MemoryError: pass",
        "time",
    ),
    "a swallowed everything": ("while True:\n    try: 1 / 0\n    except BaseException: pass", "time"),
    "a loop in C": ("sum(range(10**11))", "time"),
    "a power": ("x = 10**10**8", "time"),
    "a pattern": ("import re\nre.match('(a+)+b', 'a' * 40)", "time"),
    "a sleep in a lock": ("import threading\nlock = threading.Lock(); lock.acquire(); lock.acquire()", "time"),
    "a flood of the pipe": ("import os\nwhile True: os.write(3, b'x' * 65536)", "output"),
    "an announced flood": (
        "import os\nos.write(3, b'SLQ-OUT1' + bytes(11) + b'x')\nwhile True: os.write(3, b'x')",
        "output",
    ),
    "a large table": ("result = pd.DataFrame({'a': np.zeros(1 << 20)})", "output"),
    "a large text": ("result = pd.DataFrame({'a': ['x' * (2 << 20)]})", "output"),
    "a stack overflow in C": ("x = ()\nfor _ in range(10**6): x = (x,)\nrepr(x)\ndel x", None),
    "a null pointer": ("import ctypes\nctypes.string_at(0)", "killed"),
}  # fmt: skip


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(policy=False) as made:
        made.layers()
        yield made


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_stopped_and_explained(box: Sandbox, name: str) -> None:
    source, reason = BOMBS[name]
    limits = LIMITS if reason == "time" else replace(LIMITS, wall_seconds=30.0, cpu_seconds=30.0)
    started = time.monotonic()
    with pytest.raises(SandboxFailure) as failure:
        box.script(source, {}, limits)
    assert time.monotonic() - started < limits.wall_seconds + SLACK_SECONDS
    if reason is not None:
        assert isinstance(failure.value, Stopped), failure.value
        assert failure.value.reason == reason
    assert "\n" not in failure.value.message
    assert box.script("result = 1", {}).value == 1


def test_processor_time_is_the_kernels_to_stop(box: Sandbox) -> None:
    with pytest.raises(Stopped, match="1 seconds of processor time") as stopped:
        box.script("while True: pass", {}, Limits(wall_seconds=30, cpu_seconds=1))
    assert stopped.value.reason == "processor time"


def test_a_thread_cannot_be_started(box: Sandbox) -> None:
    with pytest.raises(Stopped, match="system call"):
        box.script("import threading\nfor _ in range(10**4): threading.Thread(target=input).start()", {}, LIMITS)


def test_recursion_is_an_ordinary_error(box: Sandbox) -> None:
    with pytest.raises(Crashed, match="RecursionError") as crashed:
        box.script("def f():\n    return f()\nf()", {}, LIMITS)
    assert crashed.value.line == 2


def test_the_text_of_an_error_is_one_bounded_line(box: Sandbox) -> None:
    with pytest.raises(Crashed) as crashed:
        box.script(r"raise ValueError('\x1b[31m' + 'a\n\u202e\x00b\u2028' * 10**6)", {}, LIMITS)
    message = crashed.value.message
    assert len(message) <= 300
    assert message.isprintable()


def test_an_error_that_cannot_be_told_is_told(box: Sandbox) -> None:
    with pytest.raises(Crashed, match="cannot be told"):
        box.script("class E(Exception):\n    def __str__(self): raise self\nraise E", {}, LIMITS)


@pytest.mark.parametrize("source", ["import os\nos._exit(0)", "import os\nos._exit(7)", "raise SystemExit(0)"])
def test_leaving_is_no_result(box: Sandbox, source: str) -> None:
    with pytest.raises(Crashed):
        box.script(source, {}, LIMITS)


def test_limits_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        Limits(wall_seconds=0)
