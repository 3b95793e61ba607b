"""Frozen records of a conversation; everything that crosses a boundary of the copilot is one of these."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from tools.kernel.types import Args, Record

Status = Literal["ok", "failed", "rejected", "pending", "cancelled"]
End = Literal["open", "answered", "failed", "declined", "unapproved", "stopped", "limit"]


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
        ahead: the calls that are to follow this one for the same request, as far as they are known. A planner may
            tell them with the first call only; the loop keeps count.
        step: which call of its request it is, from 1; the loop counts.
        ms: time taken, in milliseconds.
    """

    call: Call
    margin: float = Field(ge=0, le=1)
    alternatives: tuple[Call, ...] = ()
    unheard: tuple[str, ...] = ()
    ahead: tuple[Call, ...] = ()
    step: int = Field(default=1, ge=1)
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
    """One user message, the calls it led to, and the answer.

    Attributes:
        user: the message.
        steps: the calls and what came of them, in order; one that a person declined is among them.
        answer: the words that end the turn.
        answer_kind: an answer, a question back, or a refusal.
        end: how it ended: `failed` for good, `declined` by a person, `unapproved` where nobody could be asked,
            `stopped` by Ctrl-C, at the `limit` of steps; `open` while it goes on, or where the process died.
        not_begun: the calls that were planned and never begun because of that end.
    """

    user: str
    steps: tuple[Observation, ...] = ()
    answer: str = ""
    answer_kind: Literal["text", "ask", "refuse"] = "text"
    end: End = "open"
    not_begun: tuple[Call, ...] = ()


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
