"""Let the model write the call under its grammar, and check what it wrote.

The text is the model's; the grammar leaves it the choices that the evidence leaves. Pydantic validates it again. A
value that the tool's types reject is taken out and the call written anew: a retry under the same grammar would
repeat the error.
"""

from __future__ import annotations

import json
import threading
from typing import Any

from pydantic import BaseModel, ValidationError

import prompts
from copilot.messages import Call, ReplyArgs
from copilot.model.llm import LLM, Message
from copilot.planner.candidates import Candidates
from copilot.planner.grammar import call_schema
from tools.catalog import find_tool

# Leaving such a value out would answer another question than the one asked.
ESSENTIAL = frozenset({"interval", "path", "timezone"})
VERBATIM = frozenset({"code"})  # never written by a model: typed by the user, or by SLQ from the user's words
LONGEST = 1200  # characters of a request that the model reads; what is cut from it has been searched all the same


class Missing(Exception):
    """An argument that the call cannot do without has no acceptable value; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def emit(llm: LLM, request: str, tool: str, candidates: Candidates, cancel: threading.Event | None = None) -> Call:
    """Return the call that the model writes for `request`, defaults left out.

    Raises:
        Missing: a required or essential argument has no candidate that its type accepts.
        Cancelled: `cancel` was set.
    """
    model = args_of(tool)
    verbatim = {field: values[0] for field, values in candidates.items() if field in VERBATIM and values}
    candidates = {field: values for field, values in candidates.items() if field not in VERBATIM}
    while True:
        text = llm.generate(_prompt(request, tool), schema=call_schema(tool, candidates), cancel=cancel).text
        args = {**verbatim, **json.loads(text)["args"]}
        try:
            checked = model.model_validate_json(json.dumps(args))
        except ValidationError as error:
            field = str(error.errors()[0]["loc"][0])
            if field not in candidates or field in ESSENTIAL:
                raise Missing(field) from None
            del candidates[field]
            continue
        return Call(tool=tool, args=without_defaults(checked, args))


def args_of(tool: str) -> type[BaseModel]:
    """Return the record of a tool's arguments; `reply` is a tool of the conversation."""
    return ReplyArgs if tool == "reply" else find_tool(tool).args


def without_defaults(checked: BaseModel, args: dict[str, Any]) -> dict[str, Any]:
    """Return those of `args` that differ from the default of their field."""
    fields = type(checked).model_fields
    return {
        name: value
        for name, value in args.items()
        if fields[name].is_required() or getattr(checked, name) != fields[name].default
    }


def _prompt(request: str, tool: str) -> list[Message]:
    if len(request) > LONGEST:
        request = f"{request[: LONGEST // 2]} ... {request[-LONGEST // 2 :]}"
    return [
        {"role": "system", "content": prompts.render("plan/system.j2")},
        {"role": "user", "content": prompts.render("plan/request.j2", tool=tool, request=request)},
    ]
