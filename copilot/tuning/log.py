"""Loss and speed of a training run: JSON lines in its folder, and a figure at a time for whoever watches."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOG_EVERY = 20  # steps


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far a run has come: the mean loss per token and the speed since the last figure, the time left by it."""

    step: int
    steps: int
    loss: float
    tokens_per_s: float
    left_s: float


def unwatched(_progressed: Progressed) -> None:
    """Show nothing."""


class Log:
    """Losses and speed as JSON lines; `watch` is told too."""

    def __init__(self, path: Path, steps: int, watch: Callable[[Progressed], None] = unwatched) -> None:
        self._path, self._steps, self._watch = path, steps, watch
        self._losses: list[float] = []
        self._tokens = 0
        self._since = time.perf_counter()

    def add(self, step: int, loss: float, tokens: int) -> None:
        """Take note of a step (counted from 1); every so many steps, and at the last, a line is written."""
        self._losses.append(loss)
        self._tokens += tokens
        if step % LOG_EVERY == 0 or step == self._steps:
            taken = time.perf_counter() - self._since
            loss, speed = sum(self._losses) / len(self._losses), self._tokens / taken
            left_s = taken / len(self._losses) * (self._steps - step)
            line = {"step": step, "loss": round(loss, 4), "tokens_per_s": round(speed), "left_s": round(left_s)}
            self.write(line)
            self._watch(Progressed(step, self._steps, loss, speed, left_s))
            self._losses, self._tokens, self._since = [], 0, time.perf_counter()

    def restart_clock(self) -> None:
        """Leave out of the speed what was no training: held-out checks."""
        self._since = time.perf_counter()

    def write(self, line: dict[str, Any]) -> None:
        """Append a line."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
