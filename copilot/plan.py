"""What the loop asks of a planner; `copilot.planner` holds the one that is used."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from copilot.messages import Call, LiveState, Plan, Turn


class Planner(Protocol):
    """Turns a conversation into the next call."""

    def plan(self, turns: Sequence[Turn], state: LiveState, cancel: threading.Event | None = None) -> Plan:
        """Return the next call for the last turn.

        Args:
            turns: the conversation; the last turn holds the request and what was observed for it so far.
            state: what exists in the workspace; its experiments are taken as oldest first where dates are equal.
            cancel: set by the user to stop.

        Raises:
            Cancelled: `cancel` was set.
            ModelError: the model failed.
        """


@runtime_checkable
class CountsTokens(Protocol):
    """A planner or a model that can tell how many tokens a text takes."""

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens in `text`."""


@runtime_checkable
class TellsPrompt(Protocol):
    """A planner that can tell what its model reads for the last turn of a conversation."""

    def prompt_for(self, turns: Sequence[Turn], state: LiveState) -> str | None:
        """Return the prompt of the model; None where it reads the conversation as `copilot.context` does."""


@runtime_checkable
class TellsParts(Protocol):
    """A planner that can tell where a request turns to another thing without a word for it."""

    def parts(self, text: str, history: Sequence[Turn], state: LiveState) -> list[str]:
        """Return the parts of a request that ask for different things, in order; one where it asks for one."""


class TypedPlanner:
    """Plans the call that the user typed, then the answer from its record."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def plan(self, turns: Sequence[Turn], state: LiveState, cancel: threading.Event | None = None) -> Plan:  # noqa: ARG002
        """Return the typed call first, and a summary of what came of it afterwards."""
        return Plan(call=Call(tool="reply") if turns[-1].steps else self._call, margin=1.0)
