"""The catalogue as a model reads it: every tool of `tools.catalog`, and the four ways to end a turn in words.

The ways to answer are named like tools, so that one choice is made among all of them;
`copilot.planner.prompted.words` turns them into the call `reply`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from tools.catalog import TOOLS
from tools.kernel.spec import Tool

Schema = dict[str, Any]
WRITTEN = frozenset({"code", "sql"})
DONE, ANSWER, ASK, REFUSE = "done", "answer", "ask", "refuse"
REASONS = {
    "outside": "refuse_outside",
    "order": "refuse_broker",
    "secret": "refuse_secret",
    "promise": "refuse_guarantee",
    "tampering": "refuse_tamper",
    "future": "refuse_future",
}


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its JSON type, the values it is limited to, and what it is when left out."""

    name: str
    kind: str
    choices: tuple[str, ...]
    default: Any
    required: bool
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue."""

    name: str
    description: str
    arguments: tuple[Argument, ...]
    example: str = ""

    @property
    def is_written(self) -> bool:
        """Whether a call holds code or a query, which a model writes at length."""
        return bool(WRITTEN & {argument.name for argument in self.arguments})


@cache
def entries() -> tuple[Entry, ...]:
    """Return the tools, then the ways to answer."""
    return (*(_entry(tool) for tool in TOOLS), *_WORDS)


def _entry(tool: Tool[Any, Any]) -> Entry:
    """Return the entry of a tool; where code or a query is written, with what is said of that."""
    schema = tool.args.model_json_schema()
    entry = Entry(tool.name, tool.description, _arguments(schema), "; ".join(tool.examples[:1]))
    if not entry.is_written:
        return entry
    return replace(entry, description=f"{tool.description} {' '.join(schema['description'].split())}")


@cache
def entry_of(name: str) -> Entry:
    """Return the entry called `name`. Raises KeyError."""
    return {entry.name: entry for entry in entries()}[name]


def plain_schema(argument: Mapping[str, Any]) -> Schema:
    """Return the schema of an argument's value: without null (it is left out instead), titles and defaults."""
    options = [each for each in argument.get("anyOf", (argument,)) if each.get("type") != "null"]
    left_out = ("title", "default", "anyOf")
    return {key: value for key, value in {**argument, **options[0]}.items() if key not in left_out}


def _arguments(schema: Mapping[str, Any]) -> tuple[Argument, ...]:
    found = []
    for name, argument in schema.get("properties", {}).items():
        plain = plain_schema(argument)
        kind = str(plain.get("format") or plain.get("type", "string"))
        default = argument.get("default")
        required = name in schema.get("required", ())
        found.append(Argument(name, kind, tuple(plain.get("enum", ())), default, required, plain))
    return tuple(found)


def _word(name: str, description: str, **arguments: Schema) -> Entry:
    return Entry(
        name, description, _arguments({"properties": arguments, "required": list(arguments)} if arguments else {})
    )


_WORDS = (
    _word(DONE, "Nothing more to do: the user is shown a summary of the last result."),
    _word(ANSWER, "Answer in words, where no tool is needed.", text={"type": "string"}),
    _word(ASK, "Ask the user for what is missing or unclear.", question={"type": "string"}),
    _word(REFUSE, "Say that this is not done here.", reason={"type": "string", "enum": list(REASONS)}),
)
WORDS = tuple(entry.name for entry in _WORDS)
