"""What a benchmark row returns, and the small tools that rows share."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One figure.

    Attributes:
        name: what was measured; the row's name, with a suffix where a row has several figures.
        value: in `unit`.
        unit: such as `s`, `ms`, `records/s`, `MiB`.
        budget: the most that `value` may be, in the same unit; None where none is set.
        peer: what was measured beside it in the same run; empty where there is no peer.
        peer_value: its figure, in the same unit.
    """

    name: str
    value: float
    unit: str
    budget: float | None = None
    peer: str = ""
    peer_value: float | None = None

    @property
    def ratio(self) -> float | None:
        """The value as a multiple of the peer's."""
        return self.value / self.peer_value if self.peer_value else None

    @property
    def missed(self) -> bool:
        """Whether the budget is exceeded."""
        return self.budget is not None and self.value > self.budget


@contextmanager
def temporary_workspace() -> Iterator[Workspace]:
    """Yield a fresh workspace on the disk of the checkout: /tmp may be memory, where a flush costs nothing."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-", ignore_cleanup_errors=True) as folder:
        workspace = Workspace(Path(folder))
        workspace.create()
        yield workspace


def default_settings() -> Settings:
    """Return the settings of a new user: no .env, no SLQ_ variables."""
    for name in [name for name in os.environ if name.startswith("SLQ_")]:
        del os.environ[name]
    return Settings(_env_file=None)


def clean_environment() -> dict[str, str]:
    """Return the environment of a new user, for child processes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLQ_")}
    return {**kept, "TERM": "xterm-256color"}


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile, by linear interpolation."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=20, method="inclusive")[-1]
