"""Calls as JSON, for any chat model: the catalogue in the system message, through the model's own chat template."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from copilot.messages import Call
from copilot.model.llm import Lark, Message
from copilot.planner.prompted.catalogue import Schema, entries
from copilot.planner.prompted.dialogue import Exchange
from prompts import render


class JsonCalls:
    """Writes and reads `{"tool": ..., "args": {...}}`; `template` renders messages as the model was trained on."""

    def __init__(self, template: Callable[[Sequence[Message]], str], features: Sequence[str]) -> None:
        self._template = template
        self._system = render("plan/catalogue.j2", entries=entries(), features=features)

    def prompt(self, exchanges: Sequence[Exchange]) -> str:
        """Return the text that the model reads, up to where its call begins."""
        messages: list[Message] = [{"role": "system", "content": self._system}]
        for exchange in exchanges:
            said = exchange.user
            for call, result in exchange.calls:
                messages.append({"role": "user", "content": said})
                messages.append({"role": "assistant", "content": as_json(call)})
                said = result
            if said:
                messages.append({"role": "user", "content": said})
        return self._template(messages)

    def option(self, name: str) -> str:
        """Return how a call of `name` begins, up to where no other call begins alike."""
        return f'{{"tool":"{name}"'

    def grammar(self, name: str, args: Schema) -> Schema | Lark:
        """Return the grammar of a call of `name` with arguments of the schema `args`."""
        inner = {"type": "object", "additionalProperties": False, **args}
        return {
            "type": "object",
            "properties": {"tool": {"const": name}, "args": inner},
            "required": ["tool", "args"],
            "additionalProperties": False,
        }

    def read(self, text: str) -> dict[str, Any]:
        """Return the arguments of a written call. Raises ValueError where it is cut off."""
        return dict(json.loads(text)["args"])


def as_json(call: Call) -> str:
    """Return a call in the form that the grammar gives it."""
    return json.dumps({"tool": call.tool, "args": call.args}, ensure_ascii=False, separators=(",", ":"))
