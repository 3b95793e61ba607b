"""The vendor's limits on calls, a minute and a day, kept in a file so that they hold across runs.

A day is a day in New York, where the vendor is; it does not say when its count begins anew. The vendor has the last
word: when it refuses although calls should be left, the day counts as used up. A damaged file counts as empty. Two
processes at once may each take the last call; the vendor's refusal then sorts it out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tools.kernel.atomic import write_atomic
from tools.kernel.errors import SourceUnavailable
from tools.kernel.spec import Progress

ZONE = ZoneInfo("America/New_York")
MINUTE_S = 60.0
STEP_S = 1.0


@dataclass(frozen=True, slots=True)
class Used:
    """The calls of one day, when the last ones were (seconds since 1970), and what the plan lacks."""

    day: str
    calls: int = 0
    recent: tuple[float, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallLimit:
    """Counts calls in the file at `path`. `now` and `sleep` are given, so that tests need not wait."""

    path: Path
    per_minute: int
    per_day: int
    now: Callable[[], datetime]
    sleep: Callable[[float], None] = field(repr=False)

    def take(self, progress: Progress) -> None:
        """Count one call, after waiting for the minute. Raises SourceUnavailable where the day's calls are used."""
        while True:
            used = self._read()
            if used.calls >= self.per_day:
                raise self.used_up()
            wait_s = self._wait_s(used)
            if wait_s <= 0:
                break
            self._wait(wait_s, progress)
        recent = (*used.recent, self.now().timestamp())
        self._write(Used(used.day, used.calls + 1, recent, used.refused))

    def used_up(self) -> SourceUnavailable:
        """Return the error for a day without calls left; says when it ends."""
        local = self.now().astimezone(ZONE)
        reset = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        minutes = int((reset - self.now()).total_seconds() // 60)
        return SourceUnavailable(
            f"Alpha Vantage's {self.per_day} calls of today are used up.",
            hint=f"They reset at {reset:%Y-%m-%d %H:%M} UTC, in {minutes // 60} h {minutes % 60:02d} min.",
        )

    def exhaust(self) -> None:
        """Record that the vendor says that the day's calls are used up."""
        used = self._read()
        self._write(Used(used.day, max(used.calls, self.per_day), used.recent, used.refused))

    def refused(self, endpoint: str) -> bool:
        """Return whether the plan was found today not to have `endpoint`."""
        return endpoint in self._read().refused

    def refuse(self, endpoint: str) -> None:
        """Record that the plan does not have `endpoint`: asking again would waste a call."""
        used = self._read()
        self._write(Used(used.day, used.calls, used.recent, tuple({*used.refused, endpoint})))

    def _wait_s(self, used: Used) -> float:
        """Return how long until the oldest call that fills the minute is a minute old."""
        if len(used.recent) < self.per_minute:
            return 0.0
        return used.recent[-self.per_minute] + MINUTE_S - self.now().timestamp()

    def _wait(self, wait_s: float, progress: Progress) -> None:
        steps = max(1, round(wait_s / STEP_S))
        label = f"waiting for Alpha Vantage: {self.per_minute} calls a minute"
        for step in range(steps):
            progress(label, step, steps)
            self.sleep(wait_s / steps)

    def _read(self) -> Used:
        """Return what is recorded for today; nothing where the file is of another day, missing or damaged."""
        moment = self.now()
        today = moment.astimezone(ZONE).date().isoformat()
        try:
            stored = json.loads(self.path.read_text(encoding="utf-8"))
            used = Used(
                str(stored["day"]),
                int(stored["calls"]),
                tuple(float(at) for at in stored["recent"]),
                tuple(str(name) for name in stored["refused"]),
            )
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return Used(today)
        clock = moment.timestamp()
        recent = tuple(sorted(at for at in used.recent if clock - MINUTE_S < at <= clock))
        return Used(today, used.calls, recent, used.refused) if used.day == today else Used(today, 0, recent)

    def _write(self, used: Used) -> None:
        content = {"day": used.day, "calls": used.calls, "recent": used.recent, "refused": used.refused}
        write_atomic(self.path, json.dumps(content).encode())
