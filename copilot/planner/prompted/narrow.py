"""The grammar of one call, and how it narrows where a call did not hold.

Asking again under the same grammar repeats the error. So a value that was rejected is forbidden, a field is held to
what the error offers, or, where nothing else is left of it, the field is taken out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from copilot.messages import Call, Failure
from copilot.planner.emit import Missing
from copilot.planner.prompted.catalogue import Entry, Schema
from copilot.planner.prompted.said import Said, field_schema

_OFFER = re.compile(r"(?:Did you mean|Nearest:|Choose from|The library has) (?P<names>[^?]+?)[?.]?(?:$|(?<=[?.]) )")
_BETWEEN = re.compile(r",\s*(?:and |or )?| and | or ")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the grammar of a call leaves out beyond what the request does.

    Attributes:
        forbidden: field -> values (as text) that were rejected.
        offered: field -> the only values left, as an error named them.
        dropped: fields that are not written at all.
    """

    forbidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    offered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()


def args_schema(entry: Entry, said: Said, limits: Limits) -> Schema:
    """Return the schema of the arguments that something was said of. Raises Missing for one that is needed."""
    properties: dict[str, Schema] = {}
    for argument in entry.arguments:
        schema = None if argument.name in limits.dropped else field_schema(argument, said)
        schema = None if schema is None else _limited(schema, argument.name, limits)
        if schema is not None:
            properties[argument.name] = schema
        elif argument.required:
            raise Missing(argument.name)
    required = [argument.name for argument in entry.arguments if argument.required]
    return {"properties": properties, "required": required}


def _limited(schema: Schema, name: str, limits: Limits) -> Schema | None:
    """Return `schema` without what `limits` forbid; None where nothing is left, or it cannot be taken out."""
    if schema.get("type") == "array":
        item = _limited(schema["items"], name, limits)
        if item is None:
            return None
        most = min(schema["maxItems"], len(item["enum"])) if "enum" in item else schema["maxItems"]
        return {**schema, "items": item, "maxItems": most}
    if offered := limits.offered.get(name):
        return {"enum": [*offered]}
    forbidden = limits.forbidden.get(name, frozenset())
    if not forbidden:
        return schema
    # What was written freely and rejected is not written freely again.
    listed = [value for each in schema.get("anyOf", [schema]) for value in each.get("enum", ())]
    values = [each for each in listed if str(each) not in forbidden]
    return {"enum": values} if values else None


def after_rejection(limits: Limits, args: Mapping[str, Any], error: ValidationError) -> Limits:
    """Return `limits` narrowed at the first field that Pydantic rejects; at the last one where it names none."""
    where = error.errors()[0]["loc"]
    name = str(where[0]) if where else next(reversed([*args]), "")
    value = args.get(name)
    if isinstance(value, list) and len(where) > 1 and isinstance(where[1], int) and where[1] < len(value):
        value = value[where[1]]
    if not where or name not in args or isinstance(value, list):
        return replace(limits, dropped=limits.dropped | {name})
    return _forbid(limits, name, value)


def after_failure(call: Call, failure: Failure | None) -> Limits:
    """Return the limits that the failure of `call` sets to another try: its values that the message names."""
    limits = Limits()
    if failure is None:
        return limits
    for name, value in call.args.items():
        for each in value if isinstance(value, list | tuple) else [value]:
            if re.search(rf"(?<![\w.]){re.escape(str(each))}(?![\w])", failure.message):
                limits = _forbid(limits, name, each)
                if offered := _offers(failure.hint):
                    kept = [str(other) for other in value if other != each] if isinstance(value, list) else []
                    limits = replace(limits, offered={**limits.offered, name: (*offered, *kept)})
    return limits


def _forbid(limits: Limits, name: str, value: Any) -> Limits:
    forbidden = limits.forbidden.get(name, frozenset()) | {str(value)}
    return replace(limits, forbidden={**limits.forbidden, name: forbidden})


def _offers(hint: str) -> tuple[str, ...]:
    """Return the names that a hint offers instead."""
    found = _OFFER.search(hint)
    return tuple(name for name in _BETWEEN.split(found["names"]) if name) if found else ()
