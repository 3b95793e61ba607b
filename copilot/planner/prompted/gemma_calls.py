"""FunctionGemma's own syntax: functions declared, called and answered between its marks, as it was trained on.

`<start_function_call>call:NAME{key:<escape>text<escape>,number:1}<end_function_call>`: strings between two
`<escape>`, keys in alphabetical order, types in capitals. Where the vocabulary has the marks as tokens of their
own, the grammar asks for those tokens; a model of the same family without them spells them out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from copilot.model.llm import Lark
from copilot.model.profile import defuse
from copilot.planner.prompted.catalogue import Schema, entries
from copilot.planner.prompted.dialogue import Exchange
from copilot.planner.prompted.lark import call_grammar
from prompts import render

OPEN, CLOSE, ESCAPE = "<start_function_call>", "<end_function_call>", "<escape>"
_PIECE = re.compile(
    rf"{ESCAPE}(?P<text>.*?){ESCAPE}|(?P<sign>[{{}}\[\],:])|(?P<bare>[^{{}}\[\],:<\s]+)|\s+", re.DOTALL
)
_CALL = re.compile(rf"(?:{OPEN})?call:(?P<name>\w+)(?P<args>\{{.*\}})(?:{CLOSE})?\s*$", re.DOTALL)


class GemmaCalls:
    """Writes prompts and reads calls in that syntax.

    Args:
        bos: text of the begin token.
        is_token: whether the vocabulary has a text as one token.
        features: ids of the feature library.
    """

    def __init__(self, bos: str, is_token: Callable[[str], bool], features: Sequence[str]) -> None:
        self._bos = bos
        self._marks = {mark: mark if is_token(mark) else json.dumps(mark) for mark in (OPEN, CLOSE, ESCAPE)}
        self._system = bos + render("plan/gemma_system.j2", declarations=declarations(), features=features) + "\n"

    def prompt(self, exchanges: Sequence[Exchange]) -> str:
        """Return the text that the model reads, up to where its call begins."""
        told = [
            {
                "user": defuse(exchange.user),
                "calls": [
                    (as_call(call.tool, call.args), call.tool, defuse(result)) for call, result in exchange.calls
                ],
            }
            for exchange in exchanges
        ]
        return self._system + render("plan/gemma_turns.j2", exchanges=told)

    def option(self, name: str) -> str:
        """Return how a call of `name` begins, up to where no other call begins alike."""
        return f"{OPEN}call:{name}{{"

    def grammar(self, name: str, args: Schema) -> Schema | Lark:
        """Return the grammar of a call of `name` with arguments of the schema `args`."""
        opening = f"{self._marks[OPEN]} {json.dumps('call:' + name)}"
        return call_grammar(opening, args, self._marks[CLOSE], self._marks[ESCAPE])

    def read(self, text: str) -> dict[str, Any]:
        """Return the arguments of a written call. Raises ValueError where it is cut off or not one."""
        return read_call(text)[1]


def declarations() -> Iterator[str]:
    """Yield the declaration of each entry of the catalogue."""
    for entry in entries():
        parameters: Schema = {
            "properties": {argument.name: _parameter(argument.schema) for argument in entry.arguments},
            "required": [argument.name for argument in entry.arguments if argument.required],
        }
        yield declaration(entry.name, entry.description, parameters)


def declaration(name: str, description: str, parameters: Schema) -> str:
    """Return how a function is declared: `parameters` has `properties` (JSON schemas) and `required`."""
    properties = ",".join(
        f"{key}:{_declared(value)}" for key, value in sorted(parameters.get("properties", {}).items())
    )
    required = parameters.get("required") or ()
    parts = [f"properties:{{{properties}}}"] if properties else []
    parts += [f"required:{written([*required])}"] if required else []
    parts.append(f"type:{written('OBJECT')}")
    return f"declaration:{name}{{description:{written(description)},parameters:{{{','.join(parts)}}}}}"


def _declared(schema: Schema) -> str:
    parts = [f"description:{written(schema.get('description', ''))}"]
    if "enum" in schema:
        parts.append(f"enum:{written(schema['enum'])}")
    if "items" in schema:
        parts.append(f"items:{{type:{written(str(schema['items'].get('type', 'string')).upper())}}}")
    parts.append(f"type:{written(str(schema.get('type', 'string')).upper())}")
    return f"{{{','.join(parts)}}}"


def _parameter(schema: Any) -> Schema:
    """Return what is declared of an argument; a date says so, having no type of its own."""
    form = schema.get("format")
    return {**schema, "description": f"{form}, YYYY-MM-DD"} if form == "date" else dict(schema)


def as_call(name: str, args: Any) -> str:
    """Return a call as the model writes it."""
    return f"{OPEN}call:{name}{written(dict(args))}{CLOSE}"


def written(value: Any) -> str:
    """Return a value as it stands in a call or a declaration."""
    if isinstance(value, str):
        return f"{ESCAPE}{defuse(value)}{ESCAPE}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{written(each)}" for key, each in sorted(value.items())) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(written(each) for each in value) + "]"
    return json.dumps(value)


def read_call(text: str) -> tuple[str, dict[str, Any]]:
    """Return name and arguments of a written call. Raises ValueError where it is cut off or not one."""
    found = _CALL.fullmatch(text.strip())
    if found is None:
        raise ValueError("not a whole call")
    pieces = list(_pieces(found["args"]))
    value = _read(pieces)
    if pieces or not isinstance(value, dict):
        raise ValueError("not a whole call")
    return found["name"], value


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None:
            raise ValueError(f"cannot be read from {text[at : at + 20]!r}")
        at = match.end()
        if match.lastgroup is not None:
            yield match.lastgroup, match[match.lastgroup]


def _read(pieces: list[tuple[str, str]]) -> Any:
    """Take one value off the front of `pieces`."""
    kind, text = _take(pieces)
    if kind == "text":
        return text
    if kind == "bare":
        try:
            return json.loads(text)
        except ValueError:
            return text  # an unmarked word is a string
    if text not in "{[":
        raise ValueError(f"{text!r} where a value belongs")
    items: dict[str, Any] | list[Any] = {} if text == "{" else []
    end = "}" if text == "{" else "]"
    while pieces and pieces[0][1] != end:
        if isinstance(items, dict):
            key = _take(pieces)[1]
            if _take(pieces) != ("sign", ":"):
                raise ValueError(f"no value for {key!r}")
            items[key] = _read(pieces)
        else:
            items.append(_read(pieces))
        if pieces and pieces[0] == ("sign", ","):
            pieces.pop(0)
    _take(pieces)
    return items


def _take(pieces: list[tuple[str, str]]) -> tuple[str, str]:
    if not pieces:
        raise ValueError("cut off")
    return pieces.pop(0)
