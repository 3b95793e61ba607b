"""The run log: which stage of an experiment took how long."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Stages:
    """Collects one line a stage; `seconds` is wall-clock time."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    begun: float = field(default_factory=time.perf_counter)

    @contextmanager
    def timed(self, stage: str, **facts: str | int) -> Iterator[None]:
        """Time the block as `stage`."""
        start = time.perf_counter()
        yield
        self.lines.append({"stage": stage, "seconds": round(time.perf_counter() - start, 6), **facts})

    @property
    def seconds(self) -> float:
        """Wall-clock time since the first stage began."""
        return time.perf_counter() - self.begun

    def jsonl(self, started_at: datetime) -> str:
        """Return the log as JSON lines, the first saying when the run began."""
        head = {"stage": "start", "at": started_at.isoformat()}
        return "".join(json.dumps(line) + "\n" for line in (head, *self.lines))
