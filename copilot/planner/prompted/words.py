"""Ending a turn in words: what a model may write there, and the reply it becomes.

A model writes no digit (promise P1): a figure is a reference to a stored result, and only fields that exist can be
referred to. Refusals are SLQ's own sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from copilot.messages import Call, Turn
from copilot.planner import talk
from copilot.planner.prompted.catalogue import ANSWER, ASK, DONE, REASONS, REFUSE, Schema

MOST_LETTERS = 240
MOST_REFERENCES = 40
MOST_ITEMS = 3  # of a list in a result
_LETTERS = r"[A-Za-z\u00c0-\u00ff ,.;:'()?!/&-]"
_NAME = re.compile(r"[A-Za-z_]\w{0,40}")
_SHORT = re.compile(r"[\w.+:^=-]{1,40}")


def words_schema(name: str, turns: Sequence[Turn]) -> Schema:
    """Return the schema of the arguments of a way to answer."""
    if name == DONE:
        return {"properties": {}, "required": []}
    if name == REFUSE:
        return {"properties": {"reason": {"enum": list(REASONS)}}, "required": ["reason"]}
    if name == ASK:
        pattern = f"^[A-Z]{_LETTERS}{{2,{MOST_LETTERS}}}\\?$"
        return {"properties": {"question": {"type": "string", "pattern": pattern}}, "required": ["question"]}
    piece = _LETTERS
    if paths := [re.escape(path) for path, _ in fields_of(newest_result(turns))]:
        piece = rf"(?:{_LETTERS}|\{{last\.(?:{'|'.join(paths)})\}})"
    pattern = f"^[A-Z]{piece}{{2,{MOST_LETTERS}}}[.!]$"
    return {"properties": {"text": {"type": "string", "pattern": pattern}}, "required": ["text"]}


def as_reply(name: str, args: Mapping[str, Any]) -> Call:
    """Return the call `reply` that a way to answer stands for."""
    if name == DONE:
        return Call(tool="reply", args={"text": ""})
    if name == REFUSE:
        return Call(tool="reply", args={"refuse": talk.reply(REASONS[str(args["reason"])])})
    if name == ASK:
        return Call(tool="reply", args={"ask": str(args["question"])})
    if name == ANSWER:
        return Call(tool="reply", args={"text": str(args["text"])})
    raise KeyError(name)


def newest_result(turns: Sequence[Turn]) -> Mapping[str, Any]:
    """Return the record that `last` refers to; empty where there is none."""
    for turn in reversed(turns):
        for step in reversed(turn.steps):
            if step.result is not None:
                return step.result
    return {}


def fields_of(record: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return path and value of what a model is shown of a record: figures and short names, no prose of others."""
    found = sorted(_leaves(record), key=lambda leaf: leaf[0].count("."))
    return found[:MOST_REFERENCES]


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        named = ((str(key), each) for key, each in value.items() if _NAME.fullmatch(str(key)))
    elif isinstance(value, (list, tuple)):
        named = ((str(place), each) for place, each in enumerate(value[:MOST_ITEMS]))
    else:
        if isinstance(value, (bool, int, float)) or (isinstance(value, str) and _SHORT.fullmatch(value)):
            yield path, value
        return
    for name, each in named:
        yield from _leaves(each, f"{path}.{name}" if path else name)
