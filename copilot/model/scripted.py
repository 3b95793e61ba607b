"""Stand-ins that replay what they are given: for tests of loops, and for demonstrations without a model."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from copilot.messages import Call, LiveState, Plan, Turn
from copilot.model.llm import Cancelled, Generation, Prompt, Schema


class ScriptedLLM:
    """An `LLM` that writes the given texts in order and keeps the prompts it was asked."""

    name = "scripted"

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = list(texts)
        self.prompts: list[Prompt] = []
        self.schemas: list[Schema | None] = []

    def generate(
        self,
        prompt: Prompt,
        *,
        schema: Schema | None = None,
        max_tokens: int = 256,  # noqa: ARG002  the protocol's signature
        cancel: threading.Event | None = None,
    ) -> Generation:
        """Return the next text. Raises IndexError when the script is at its end."""
        _stop_if(cancel)
        self.prompts.append(prompt)
        self.schemas.append(schema)
        text = self._texts.pop(0)
        return Generation(text=text, tokens=0, forced_tokens=0, evaluated_tokens=0, ms=0.0, finished=True)


class ScriptedPlanner:
    """A planner that replays calls or plans in order; it keeps the turns and states it was asked with."""

    def __init__(self, plans: Iterable[Plan | Call]) -> None:
        self._plans = [plan if isinstance(plan, Plan) else Plan(call=plan, margin=1.0) for plan in plans]
        self.asked: list[tuple[tuple[Turn, ...], LiveState]] = []

    def plan(self, turns: Sequence[Turn], state: LiveState, cancel: threading.Event | None = None) -> Plan:
        """Return the next plan. Raises IndexError when the script is at its end."""
        _stop_if(cancel)
        self.asked.append((tuple(turns), state))
        return self._plans.pop(0)


def _stop_if(cancel: threading.Event | None) -> None:
    if cancel is not None and cancel.is_set():
        raise Cancelled("Stopped.")
