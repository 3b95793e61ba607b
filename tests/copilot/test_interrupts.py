"""A Ctrl-C that lands in a finalizer still stops what runs."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator

import pytest

from copilot.interrupts import interrupts_heard


class Loses:
    """Is interrupted while it is finalized."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def _heeds_ctrl_c() -> Iterator[None]:
    """Python ignores SIGINT where it was started in a shell's background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def lose_and_work() -> None:
    """Lose an interrupt, then work until it comes again."""
    with interrupts_heard():
        Loses()
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            time.sleep(0.01)


def test_an_interrupt_that_a_finalizer_loses_comes_again() -> None:
    with pytest.raises(KeyboardInterrupt):
        lose_and_work()
    with pytest.raises(KeyboardInterrupt):  # and the next
        lose_and_work()


def test_other_errors_of_finalizers_go_where_they_went(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fails:
        def __del__(self) -> None:
            raise ValueError("told")

    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: told.append(what.exc_value.args))
    hook = sys.unraisablehook
    with interrupts_heard():
        Fails()
    assert told == [("told",)]
    assert sys.unraisablehook is hook
