"""A conversation as a model reads it: the last turns whole, older ones a line each, what exists now, the request.

Simple on purpose: turns are told by what was asked and called. What does not fit is told in a line, and when even
the lines are too many, the prompt says how many are left out. Results are shown as figures and short names, never
as the prose of others: a headline cannot give orders.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from copilot.messages import Call, LiveState, Observation, Turn
from copilot.planner.experiments import in_order
from copilot.planner.features import MADE
from copilot.planner.prompted.catalogue import ANSWER, ASK, DONE, REFUSE
from copilot.planner.prompted.words import fields_of
from prompts import render

WHOLE_TURNS = 4
MOST_LINES = 12
MOST_NAMED = 40
LONGEST_LINE = 120
LONGEST_ANSWER = 300
LONGEST_REQUEST = 4000
_WORDS = {"text": ANSWER, "ask": ASK, "refuse": REFUSE}
_ARGUMENT = {ANSWER: "text", ASK: "question", REFUSE: "reason"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message of the user and the calls that followed, each with what came of it ("" for words)."""

    user: str
    calls: tuple[tuple[Call, str], ...]


def dialogue(
    turns: Sequence[Turn], state: LiveState, today: date, whole: int = WHOLE_TURNS
) -> tuple[Exchange, ...]:
    """Return the exchanges to show: the last turn is under way, `whole` turns before it are told in full."""
    earlier, turn = list(turns[:-1]), turns[-1]
    kept = earlier[len(earlier) - whole :] if whole else []
    older = earlier[: len(earlier) - len(kept)]
    exchanges = [Exchange(each.user, (*_steps(each, shown=False), *_ending(each))) for each in kept]
    now = render(
        "plan/now.j2",
        today=today.isoformat(),
        symbols=state.symbols[:MOST_NAMED],
        more_symbols=max(0, len(state.symbols) - MOST_NAMED),
        experiments=list(reversed(in_order(state.experiments)))[:MOST_NAMED],
        features=[name for name in state.features if name.startswith(MADE)][:MOST_NAMED],
        older=[one_line(each) for each in older[-MOST_LINES:]],
        left_out=max(0, len(older) - MOST_LINES),
        request=_shortened(turn.user),
    )
    return (*exchanges, Exchange(now, tuple(_steps(turn, shown=True))))


def fitted(
    turns: Sequence[Turn], state: LiveState, today: date, *, fits: Callable[[tuple[Exchange, ...]], bool]
) -> tuple[Exchange, ...]:
    """Return the dialogue with as many whole turns as fit; with none of them where nothing else does."""
    for whole in range(WHOLE_TURNS, 0, -1):
        if fits(found := dialogue(turns, state, today, whole)):
            return found
    return dialogue(turns, state, today, 0)


def one_line(turn: Turn) -> str:
    """Return what was asked and done in a turn, in one line."""
    done = ", ".join(f"{step.call.tool} {step.status}" for step in turn.steps)
    asked = " ".join(turn.user.split())
    asked = asked if len(asked) <= LONGEST_LINE else f"{asked[:LONGEST_LINE]} ..."
    return f"{asked} -> {done or turn.answer_kind}"


def observed(step: Observation, *, shown: bool) -> str:
    """Return what a model is told of an observation; its figures where `shown`."""
    fields = fields_of(step.result or {}) if shown and step.failure is None else []
    told = [(path, json.dumps(value)) for path, value in fields]
    return render("plan/observed.j2", status=step.status, failure=step.failure, fields=told).strip()


def _steps(turn: Turn, *, shown: bool) -> list[tuple[Call, str]]:
    last = turn.steps[-1] if turn.steps else None
    return [(step.call, observed(step, shown=shown and step is last)) for step in turn.steps]


def _ending(turn: Turn) -> list[tuple[Call, str]]:
    """Return the words that ended a turn; those that sum up a result are told as such."""
    if turn.steps or not turn.answer:
        return [(Call(tool=DONE), "")]
    name = _WORDS[turn.answer_kind]
    return [(Call(tool=name, args={_ARGUMENT[name]: turn.answer[:LONGEST_ANSWER]}), "")]


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_REQUEST:
        return text
    half = LONGEST_REQUEST // 2
    return f"{text[:half]} [{len(text) - 2 * half} letters left out] {text[-half:]}"
