"""The call as the tuned model writes it: one grammar of what is sure and what it may choose.

A field that the resolvers are sure of has one value and stands there; a field with offers may be written or left
out, as the model holds likelier. Pydantic validates the result; a value it rejects is taken from the offers and the
call written anew, at most twice: asked again under the same grammar the model would repeat itself.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from copilot.messages import Call
from copilot.model.llm import LLM
from copilot.planner.candidates import Candidates
from copilot.planner.emit import ESSENTIAL, VERBATIM, Missing, args_of, without_defaults
from copilot.planner.grammar import field_of, object_of
from copilot.planner.offers import Offers, is_list

MAX_REPAIRS = 2
MOST_ITEMS = 20  # in a list


def write(
    llm: LLM,
    prompt: str,
    tool: str,
    sure: Candidates,
    offered: Offers,
    *,
    needed: Sequence[str] = (),
    cancel: threading.Event | None = None,
) -> Call:
    """Return the call of `tool` that the model writes, defaults left out.

    Args:
        llm: the model.
        prompt: what it reads (`copilot.planner.sight`).
        tool: the chosen tool.
        sure: field -> its possible values; the field will be written.
        offered: field -> values it may be given, or be left out.
        needed: fields among the offered ones that must not be left out.
        cancel: set by the user to stop.

    Raises:
        Missing: a field that the call cannot do without has no acceptable value.
        Cancelled: `cancel` was set.
    """
    model = args_of(tool)
    verbatim = {field: values[0] for field, values in sure.items() if field in VERBATIM and values}
    sure = {field: list(values) for field, values in sure.items() if field not in VERBATIM}
    offered = {field: list(values) for field, values in offered.items() if field not in sure}
    for _ in range(MAX_REPAIRS + 1):
        due = [name for name, field in model.model_fields.items() if field.is_required()]
        if lacking := [name for name in due if not (sure.get(name) or offered.get(name) or name in verbatim)]:
            raise Missing(lacking[0])
        schema = grammar(tool, sure, offered, required=[*sure, *needed, *due])
        args = json.loads(llm.generate(prompt, schema=schema, cancel=cancel).text)["args"]
        args = {name: _each_once(value) for name, value in {**verbatim, **args}.items()}
        try:
            checked = model.model_validate_json(json.dumps(args))
        except ValidationError as error:
            field = str(error.errors()[0]["loc"][0])
            _take_out(field, args.get(field), sure, offered)
            continue
        return Call(tool=tool, args=without_defaults(checked, args))
    raise Missing(field)


def grammar(tool: str, sure: Mapping[str, Any], offered: Offers, required: list[str]) -> dict[str, Any]:
    """Return the schema of `{"tool": ..., "args": {...}}`, its fields in the order in which the tool has them."""
    fields: dict[str, Any] = {}
    for name in args_of(tool).model_fields:
        if sure.get(name):
            fields[name] = field_of(sure[name])
        elif offered.get(name):
            fields[name] = _list_of(offered[name]) if is_list(tool, name) else {"enum": offered[name]}
    args = object_of(fields, [name for name in fields if name in required])
    return object_of({"tool": {"const": tool}, "args": args})


def _list_of(values: list[Any]) -> dict[str, Any]:
    return {"type": "array", "items": {"enum": values}, "minItems": 1, "maxItems": min(len(values), MOST_ITEMS)}


def _each_once(value: Any) -> Any:
    return list(dict.fromkeys(value)) if isinstance(value, list) else value


def _take_out(field: str, value: Any, sure: Candidates, offered: Offers) -> None:
    """Take a rejected value out of the choices. Raises Missing where the call means nothing without it."""
    if field in ESSENTIAL or field not in (*sure, *offered):
        raise Missing(field)
    if field in sure:
        del sure[field]
        return
    bad = value if isinstance(value, list) else [value]
    offered[field] = [each for each in offered[field] if each not in bad]
