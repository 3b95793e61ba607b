"""Intents for the tools of plugins: from their phrase book, or made from names and docstring where they bring none.

Made wordings are few and all alike. They teach the model the tool's name and arguments, not how people ask for it:
a phrase book is much better.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from copilot.planner.phrases import unknown_slots
from copilot.tuning.slots import HELD_EVERY
from tools.kernel.errors import BadRequest
from tools.kernel.phrases import read_book
from tools.kernel.spec import Tool

FRAMES = (
    "{what}",
    "please {what}",
    "can you {what}",
    "I need to {what}",
    "{what} now",
    "I want you to {what}",
    "{what} for me",
    "run {name}",
    "use {name}",
    "call {name} please",
    "let's {what}",
    "could you {what} please",
)
_FIGURE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_FIGURES = ("2", "3", "4", "5", "7", "8", "10", "12", "15", "20", "25", "30", "40", "50", "60", "90", "100", "250")
_KNOWN = frozenset(
    ["symbols", "features", "interval", "source", "path", "experiment", "experiments", "entry", "exit", "name"]
)  # arguments whose words SLQ has a pool for
_PERIOD = frozenset({"start", "end"})  # said together: "since 2015", "from 2004 to 2012"
_POOL = {"entry": "rule", "as_of": "day", "capital_usd": "capital", "horizon_days": "horizon"}


def intents_of(tool: Tool[Any, Any]) -> list[dict[str, Any]]:
    """Return the intents to train a plugin's tool on.

    Raises:
        BadRequest: its phrase book has a slot without words, or it has none and an argument that cannot be guessed.
    """
    if tool.phrases is None:
        return list(_made(tool))
    if unknown := unknown_slots(tool):
        raise BadRequest(
            f"The phrase book {tool.phrases} has no words for the slot {unknown[0]!r}.",
            hint='Add them to the intent: "slots": {"' + unknown[0] + '": ["..."]}.',
        )
    return [intent.model_dump() for intent in read_book(tool.phrases)]


def fill_own(pool: Sequence[str], field: FieldInfo | None, draw: random.Random, *, held: bool) -> tuple[str, Any]:
    """Return words of an intent's own pool, and their value: the figure in them where `field` is a number."""
    half = [each for place, each in enumerate(pool) if (place % HELD_EVERY == 0) == held]
    phrase = draw.choice(half or list(pool))
    figure = _FIGURE.search(phrase)
    kinds = set() if field is None else {field.annotation, *get_args(field.annotation)}
    if figure is None or not kinds & {int, float}:
        return phrase, phrase
    return phrase, float(figure[0]) if "." in figure[0] else int(figure[0])


def _made(tool: Tool[Any, Any]) -> Iterator[dict[str, Any]]:
    """Yield an intent for the needed arguments, and one more for each that can be left out."""
    fields = tool.args.model_fields
    needed = [_clause(tool, name, field) for name, field in fields.items() if field.is_required()]
    yield _intent(tool, "needed", needed)
    for name, field in fields.items():
        if not field.is_required() and name != "end" and field.annotation is not bool and _is_known(name, field):
            yield _intent(tool, name, [*needed, _clause(tool, name, field)])


def _intent(
    tool: Tool[Any, Any], what: str, clauses: list[tuple[str, dict[str, Any], dict[str, Any]]]
) -> dict[str, Any]:
    ways = [tool.name.replace("_", " "), tool.description.split(". ")[0].rstrip(".").lower()]
    tail = "".join(f" {words}" for words, _, _ in clauses)
    said = [frame.format(what=way, name=tool.name) + tail for frame in FRAMES for way in ways]
    args = {name: value for _, each, _ in clauses for name, value in each.items()}
    slots = {name: pool for _, _, each in clauses for name, pool in each.items()}
    call = {"tool": tool.name, "args": args}
    return {"intent": f"{tool.name}_{what}", "call": call, "say": list(dict.fromkeys(said)), "slots": slots}


def _clause(tool: Tool[Any, Any], name: str, field: FieldInfo) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return words for an argument, the arguments they stand for, and the pools of their slots."""
    label = name.replace("_", " ")
    if not _is_known(name, field):
        raise BadRequest(
            f"Nothing says how users name {name!r} of {tool.name}.",
            hint=f"Give the tool a phrase book (`phrases=`), with the words for {name!r} in its slots.",
        )
    if name in _PERIOD and set(tool.args.model_fields) >= _PERIOD:
        return "{period}", {"period": "{period}"}, {}
    if name == "symbols":
        return "for {symbols}", {name: "{symbols}"}, {}
    if name in _KNOWN or name in _POOL:
        slot = _POOL.get(name, name)
        return f"with {label} {{{slot}}}", {name: f"{{{slot}}}"}, {}
    own = re.sub(r"[^a-z]", "", name)
    if get_origin(field.annotation) is Literal:
        values = [value for value in get_args(field.annotation) if value != field.default]
        return f"with {label} {{{own}}}", {name: f"{{{own}}}"}, {own: values}
    if date in _kinds(field):
        return f"with {label} {{day}}", {name: "{day}"}, {}
    return f"with {label} {{{own}}}", {name: f"{{{own}}}"}, {own: _FIGURES}


def _is_known(name: str, field: FieldInfo) -> bool:
    """Tell whether words for an argument can be made: by its name, or as figure, day or closed choice of words."""
    if get_origin(field.annotation) is Literal:
        return all(isinstance(value, str) for value in get_args(field.annotation))
    return name in {*_KNOWN, *_POOL} or bool(_kinds(field) & {int, float, date})


def _kinds(field: FieldInfo) -> set[Any]:
    return {field.annotation, *get_args(field.annotation)}
