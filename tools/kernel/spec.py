"""The central object: a `Tool` is a typed function with an effect class.

One catalogue of tools serves the model's grammar, the slash commands and `slq call`. `run` imports heavy
libraries inside its body, so that importing the catalogue stays cheap.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tools.kernel.paths import Workspace
from tools.kernel.types import Args, Result

if TYPE_CHECKING:
    from tools.kernel.settings import Settings

A = TypeVar("A", bound=Args)
R = TypeVar("R", bound=Result)


class Effect(StrEnum):
    """What a call can do to the world, in rising order of consequence."""

    NONE = "none"
    READ = "read"
    WRITE = "write"
    EXECUTE = "execute"
    NETWORK = "network"
    TRADE = "trade"


class Progress(Protocol):
    """Receives `done` of `total` steps of the work called `label`."""

    def __call__(self, label: str, done: int, total: int) -> None:
        """Report progress."""


def silent(label: str, done: int, total: int) -> None:
    """Report nothing."""


def utc_now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """What a tool may use of the outside: a workspace, settings, a clock and somewhere to report progress.

    `audit_head` is the hash of the audit record that announced the call, where the call is on record.
    """

    workspace: Workspace
    settings: Settings
    progress: Progress = silent
    now: Callable[[], datetime] = utc_now
    audit_head: str | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one call goes: its effect, which may be less than its tool's, and what it asks outside, in words."""

    effect: Effect
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Tool(Generic[A, R]):
    """A typed function of the catalogue.

    Attributes:
        name: what the model, the slash command and `slq call` say.
        args: the frozen record of arguments; its schema is the grammar.
        result: the frozen record that `run` returns.
        effect: the most that a call can do to the world.
        run: the function; its docstring is the description the model sees.
        examples: requests in a user's words that this tool serves; used to choose it.
        positional: the argument that words without a flag fill in a slash command.
        reach: tells of one call how far it goes, where that depends on its arguments; None: as far as `effect`.
        phrases: a phrase book (`tools.kernel.phrases`) that a plugin brings; those of SLQ are in `prompts/tuning/`.
    """

    name: str
    args: type[A]
    result: type[R]
    effect: Effect
    run: Callable[[Context, A], R]
    examples: tuple[str, ...] = field(default=())
    positional: str | None = None
    reach: Callable[[Context, A], Reach] | None = None
    phrases: Path | None = None

    @property
    def description(self) -> str:
        """The docstring of `run`, unwrapped."""
        return " ".join((inspect.getdoc(self.run) or "").split())
