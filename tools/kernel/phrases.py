"""Phrase books: how users ask for a tool, each way with the call that should follow.

A book is a JSON list of intents, `{"intent": "...", "call": {"tool": ..., "args": {...}}, "say": ["..."]}`. A slot
such as `{symbols}` stands in the wordings and in the arguments; its words come from the pools of SLQ
(`prompts/tuning/slots.json`) or from the intent's own `slots`. This reads a book and checks its form; whether the
wordings are good ones nobody here can tell.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from tools.kernel.errors import BadRequest
from tools.kernel.types import Record

SLOT = re.compile(r"\{([a-z]+)(?:_[0-9])?\}")


class Phrased(Record):
    """A call in a phrase book: arguments by name, slots in them as they stand in the wordings."""

    tool: str
    args: dict[str, Any] = Field(default_factory=dict)


class Intent(Record):
    """One thing that users want, in many wordings.

    Attributes:
        intent: its name, for counting.
        call: what should follow.
        say: the wordings.
        before: earlier turns that the wordings lean on, as in `prompts/tuning/follow.json`.
        slots: pools of words of this intent's own, by the name of their slot.
    """

    intent: str = Field(min_length=1)
    call: Phrased
    say: tuple[str, ...] = Field(min_length=1)
    before: tuple[dict[str, Any], ...] = ()
    slots: dict[str, tuple[str, ...]] = Field(default_factory=dict)


_BOOK = TypeAdapter(tuple[Intent, ...])


@cache
def read_book(path: Path) -> tuple[Intent, ...]:
    """Return the intents of the phrase book at `path`.

    Raises:
        BadRequest: it cannot be read, or is not of this form; names the file and the place.
    """
    try:
        return _BOOK.validate_json(path.read_bytes())
    except OSError as error:
        raise BadRequest(f"Cannot read the phrase book {path}: {error.strerror}.", hint="Check the path.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadRequest(
            f"The phrase book {path} is not valid at {where}: {first['msg']}.",
            hint="It is a list of intents as in prompts/tuning/data.json.",
        ) from None


def slots_of(text: str) -> list[str]:
    """Return the slots of a phrase as written, with their number: `symbols`, `symbols_1`."""
    return [match[0][1:-1] for match in SLOT.finditer(text)]


def kind_of(slot: str) -> str:
    """Return the pool a slot draws from: `symbols` for `symbols_1`."""
    return re.sub(r"_[0-9]$", "", slot)
