"""A mention: a piece of the user's words that names something, and what it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Kind = Literal[
    "sql",
    "code",
    "name",
    "path",
    "source",
    "timezone",
    "interval",
    "experiment",
    "winner",
    "feature",
    "entry",
    "exit",
    "model",
    "option",
    "symbol",
    "period",
    "money",
    "horizon",
    "count",
    "number",
]


class Span(Protocol):
    """A piece of a text, by its first character and the one behind its last."""

    @property
    def start(self) -> int: ...  # noqa: D102  as the class says

    @property
    def end(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters `start` to `end` of the request, and their `value` (its type depends on `kind`)."""

    kind: Kind
    start: int
    end: int
    value: Any

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two share a character."""
        return self.start < other.end and other.start < self.end


def claim(taken: list[Mention], found: Iterable[Mention]) -> list[Mention]:
    """Return `taken` and those of `found` that overlap nothing before them; longer ones go first."""
    result = list(taken)
    for mention in sorted(found, key=lambda each: (each.start - each.end, each.start)):
        if not any(mention.overlaps(other) for other in result):
            result.append(mention)
    return sorted(result, key=lambda each: each.start)
