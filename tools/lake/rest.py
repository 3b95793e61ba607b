"""Something costly to open is kept for a moment after its use, in case it is wanted again.

One thing at most: taking another closes it. It is closed by a timer otherwise, so whoever waits for it, in this
process or another, waits no longer than the moment.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import Generic, Protocol, TypeVar

REST_SECONDS = 0.5


class Closable(Protocol):
    """What can be kept."""

    def close(self) -> None:
        """Let go of everything outside the process; may be called again."""


K = TypeVar("K")
V = TypeVar("V", bound=Closable)


class Rest(Generic[K, V]):
    """Keeps the last thing put, under its key. Methods are called with `turn` held; the timer takes it itself."""

    def __init__(self, turn: AbstractContextManager[object], seconds: float = REST_SECONDS) -> None:
        self._turn = turn
        self._seconds = seconds
        self._kept: tuple[K, V] | None = None
        self._timer: threading.Timer | None = None

    def put(self, key: K, thing: V) -> None:
        """Keep `thing` for a moment, then close it."""
        self.empty()
        self._kept = (key, thing)
        self._timer = threading.Timer(self._seconds, self._expire, [thing])
        self._timer.daemon = True
        self._timer.start()

    def take(self, key: K) -> V | None:
        """Return what was put under `key` if it is still kept; anything else is closed."""
        if self._kept is None or self._kept[0] != key:
            self.empty()
            return None
        thing = self._kept[1]
        self._forget()
        return thing

    def empty(self) -> None:
        """Close what is kept."""
        if self._kept is not None:
            thing = self._kept[1]
            self._forget()
            thing.close()

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._kept = self._timer = None

    def _expire(self, thing: V) -> None:
        with self._turn:
            if self._kept is not None and self._kept[1] is thing:  # neither taken nor replaced meanwhile
                self.empty()
