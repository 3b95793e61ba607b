"""The phrase books of plugins, as examples for the index: how users ask for a tool that SLQ does not know.

A slot in a wording stands for its kind; one phrase of its pool stands for all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import prompts
from tools.kernel.phrases import Intent, kind_of, read_book, slots_of
from tools.kernel.spec import Tool

POOLS = {"symbols": "symbol", "features": "feature"}  # slots whose words are put together from another pool


def spoken(tool: Tool[Any, Any]) -> Iterator[str]:
    """Yield the wordings of a tool's own phrase book that stand alone, their slots filled.

    A wording with a slot that nobody knows is passed over; `unknown_slots` names it.
    """
    for intent in _book(tool):
        if not intent.before:
            yield from (_filled(said, intent) for said in intent.say if not set(_lacking(said, intent)))


def unknown_slots(tool: Tool[Any, Any]) -> list[str]:
    """Return the slots in a tool's own phrase book for which there are no words."""
    return sorted({slot for intent in _book(tool) for said in intent.say for slot in _lacking(said, intent)})


def _book(tool: Tool[Any, Any]) -> tuple[Intent, ...]:
    return () if tool.phrases is None else read_book(tool.phrases)


def _lacking(wording: str, intent: Intent) -> Iterator[str]:
    return (kind for kind in map(kind_of, slots_of(wording)) if not _pool(kind, intent))


def _filled(wording: str, intent: Intent) -> str:
    for slot in slots_of(wording):
        wording = wording.replace(f"{{{slot}}}", _pool(kind_of(slot), intent)[0])
    return wording


def _pool(kind: str, intent: Intent) -> Sequence[str]:
    return intent.slots.get(kind) or _pools().get(POOLS.get(kind, kind), [])


@cache
def _pools() -> dict[str, list[str]]:
    pools: dict[str, list[str]] = json.loads((prompts.FOLDER / "tuning" / "slots.json").read_text(encoding="utf-8"))
    return pools
