"""How hard Yahoo may be asked, and when one run of requests stops asking.

Yahoo publishes no limit. The defaults stay at a few requests a second, wait when told to, and give up on the
rest of a run after several symbols in a row got no answer, so that a run ends in bounded time whatever happens.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tools.ingest.source import Missing


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits of the conversation with Yahoo; times in seconds.

    `attempts` counts the first one; the wait between them doubles from `first_wait_s` up to `longest_wait_s`, plus
    up to `jitter_s`. A `Retry-After` longer than `longest_wait_s` is not waited for.
    """

    threads: int = 4
    interval_s: float = 0.2
    attempts: int = 4
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    jitter_s: float = 1.0
    connect_s: float = 10.0
    timeout_s: float = 30.0
    cookie_timeout_s: float = 10.0
    cookie_pause_s: float = 60.0
    failures_in_a_row: int = 5


class Undelivered(Exception):
    """Something asked of Yahoo will not come: `missing` says why; `unreachable` where no answer came at all."""

    def __init__(self, missing: Missing, *, unreachable: bool = False) -> None:
        super().__init__(missing.detail)
        self.missing = missing
        self.unreachable = unreachable


@dataclass(slots=True)
class Run:
    """One fetch of many symbols, shared by its threads."""

    policy: Policy
    stopped: threading.Event = field(default_factory=threading.Event)
    reached: bool = False
    gave_up: str = ""
    failures: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self) -> None:
        """Raise Undelivered where the user stopped the run, or the run gave up."""
        if self.stopped.is_set():
            raise Undelivered(Missing("failure", "not asked: the download was stopped"))
        if self.gave_up:
            raise Undelivered(Missing("failure", self.gave_up), unreachable=not self.reached)

    def sleep(self, seconds: float) -> None:
        """Sleep, unless the run is stopped meanwhile."""
        self.stopped.wait(seconds)

    def answered(self) -> None:
        """Record that Yahoo answered as it should."""
        with self.lock:
            self.failures = 0

    def failed(self, detail: str) -> None:
        """Record a request that failed for good; give up after several in a row, or if there is no network."""
        with self.lock:
            self.failures += 1
            if not self.reached:
                self.gave_up = detail
            elif self.failures >= self.policy.failures_in_a_row:
                self.gave_up = f"not asked: {self.failures} requests in a row failed ({detail})"


class Pacer:
    """Spaces the requests of all threads by a minimum interval; any thread can ask all to pause."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._free_at = 0.0
        self._lock = threading.Lock()

    def wait(self, run: Run) -> None:
        """Wait for the turn of this thread."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._free_at)
            self._free_at = turn + self._interval_s
        if turn > now:
            run.sleep(turn - now)

    def pause(self, seconds: float) -> None:
        """Let no request start for `seconds`."""
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic() + seconds)


def retry_after_s(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which is a number or a date; None where it is neither."""
    if header is None:
        return None
    text = header.strip()
    if text.isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
