"""Score planned calls against the right ones, as the Berkeley Function Calling Leaderboard does.

A call is exact where the tool is the right one, no argument is missing or unexpected, types agree (an integer may
stand for a float), strings are equal after lower-casing and without punctuation, and lists are equal in order.
Of a reply only the branch counts: `text`, `ask` or `refuse`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from copilot.batch import read_line
from copilot.messages import Call, LiveState, Turn
from copilot.plan import Planner
from tools.kernel.types import Count, Fraction, Record


class Case(Record):
    """One conversation and the call that should follow."""

    id: str
    split: str
    turns: tuple[Turn, ...]
    call: Call


class Outcome(Record):
    """What the planner made of a case."""

    case: Case
    planned: Call
    right_tool: bool
    exact: bool
    margin: float
    ms: float
    unheard: tuple[str, ...] = ()


class Score(Record):
    """Shares over a set of cases; latency in milliseconds."""

    cases: Count
    right_tool: Fraction
    exact: Fraction
    p50_ms: float
    p95_ms: float


def read_cases(path: Path) -> list[Case]:
    """Read cases: the lines of a batch file, each with its `split` and the right `call`."""
    cases: list[Case] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        name, turns = read_line(line, number)
        value = json.loads(line)
        cases.append(
            Case(id=name, split=value["split"], turns=tuple(turns), call=Call.model_validate(value["call"]))
        )
    return cases


def run_cases(cases: Iterable[Case], state: LiveState, planner: Planner) -> list[Outcome]:
    """Plan every case once."""
    outcomes = []
    for case in cases:
        plan = planner.plan(case.turns, state)
        outcomes.append(
            Outcome(
                case=case,
                planned=plan.call,
                right_tool=_branch(plan.call) == _branch(case.call),
                exact=is_exact(plan.call, case.call),
                margin=plan.margin,
                ms=plan.ms,
                unheard=plan.unheard,
            )
        )
    return outcomes


def summarize(outcomes: Sequence[Outcome]) -> Score:
    """Return the shares and the latency percentiles (nearest rank) of at least one outcome."""
    times = sorted(outcome.ms for outcome in outcomes)
    return Score(
        cases=len(outcomes),
        right_tool=sum(outcome.right_tool for outcome in outcomes) / len(outcomes),
        exact=sum(outcome.exact for outcome in outcomes) / len(outcomes),
        p50_ms=_percentile(times, 0.50),
        p95_ms=_percentile(times, 0.95),
    )


def is_exact(planned: Call, right: Call) -> bool:
    """Tell whether two calls are the same call."""
    if right.tool == "reply":
        return _branch(planned) == _branch(right)
    return planned.tool == right.tool and _same(dict(planned.args), dict(right.args))


def _branch(call: Call) -> tuple[str, ...]:
    """Return the tool, and for a reply which of its arguments is used."""
    if call.tool != "reply":
        return (call.tool,)
    return (call.tool, *sorted(name for name, value in call.args.items() if value is not None))


def _same(planned: Any, right: Any) -> bool:
    match planned, right:
        case dict(), dict():
            return planned.keys() == right.keys() and all(_same(planned[name], right[name]) for name in right)
        case ((list() | tuple()), (list() | tuple())):
            return len(planned) == len(right) and all(map(_same, planned, right))
        case bool(), _:
            return planned is right
        case ((int() | float()), (int() | float())):
            return not isinstance(right, bool) and math.isclose(planned, right) and _type_fits(planned, right)
        case str(), str():
            return _plain(planned) == _plain(right)
    return bool(planned == right) and type(planned) is type(right)


def _type_fits(planned: float, right: float) -> bool:
    return isinstance(planned, int) or isinstance(right, float)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
