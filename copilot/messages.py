"""Frozen records of a conversation; everything that crosses a boundary of the copilot is one of these."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from tools.kernel.types import Args, Record

Status = Literal["ok", "failed", "rejected", "pending", "cancelled"]


class Call(Record):
    """A tool call as planned or typed: symbols as the user wrote them, defaults left out."""

    tool: str
    args: dict[str, Any] = Field(default_factory=dict)


class Plan(Record):
    """The planner's choice: a call, how sure it is, and what else it considered.

    Attributes:
        call: the chosen call.
        margin: distance between the two best tools, 0 (a coin toss) to 1 (certain).
        alternatives: other readings, best first, offered to the user when the margin is low.
        unheard: what the user said that neither the call nor the planner's vocabulary accounts for.
        ms: time taken, in milliseconds.
    """

    call: Call
    margin: float = Field(ge=0, le=1)
    alternatives: tuple[Call, ...] = ()
    unheard: tuple[str, ...] = ()
    ms: float = 0.0


class Failure(Record):
    """An error as a record: its type, one line, what to do, and the call that would help."""

    kind: str
    message: str
    hint: str = ""
    suggestion: Call | None = None


class Observation(Record):
    """What came of a call."""

    call: Call
    status: Status
    call_id: str = ""
    result: dict[str, Any] | None = None
    failure: Failure | None = None
    seconds: float = 0.0


class Turn(Record):
    """One user message, the calls it led to, and the answer."""

    user: str
    steps: tuple[Observation, ...] = ()
    answer: str = ""
    answer_kind: Literal["text", "ask", "refuse"] = "text"


class LiveState(Record):
    """What exists in the workspace now: the grammar's enums are drawn from it."""

    symbols: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()
    features: tuple[str, ...] = ()


class ReplyArgs(Args):
    """Answer in words: exactly one of the three.

    Attributes:
        text: an answer; numbers only as references such as `{last.sharpe}`.
        ask: a question back to the user.
        refuse: why this is not done.
    """

    text: str | None = None
    ask: str | None = None
    refuse: str | None = None
