"""Score planned calls against the right ones, as the Berkeley Function Calling Leaderboard does.

A call is exact where the tool is the right one, no argument is missing or unexpected, types agree (an integer may
stand for a float), strings are equal after lower-casing and without punctuation, and lists are equal in order.
Of a reply only the branch counts: `text`, `ask` or `refuse`. A request of several steps is right where all its
calls are, in their order, and nothing comes after them: scored is the first plan with the calls ahead of it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from copilot.evals.cases import Case, read_cases
from copilot.messages import Call, LiveState
from copilot.plan import Planner
from tools.kernel.errors import BadRequest
from tools.kernel.types import Count, Fraction, Record

__all__ = ["Case", "Outcome", "Score", "is_exact", "label_of", "read_cases", "run_cases", "summarize"]


class Outcome(Record):
    """What the planner made of a case.

    Attributes:
        case: the case.
        planned: the first call.
        ahead: those that were to follow it.
        right_tool: whether every step has the right tool, or for a reply the right branch.
        exact: whether every step is right.
        valid: whether the types of the tools accept every planned call.
        margin: of the first plan, 0 to 1.
        ms: time taken, in milliseconds.
        unheard: what the planner said that it did not understand.
    """

    case: Case
    planned: Call
    ahead: tuple[Call, ...] = ()
    right_tool: bool
    exact: bool
    valid: bool = True
    margin: float
    ms: float
    unheard: tuple[str, ...] = ()

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every planned call, in order."""
        return (self.planned, *self.ahead)


class Score(Record):
    """Shares over a set of cases; latency in milliseconds.

    Attributes:
        cases: how many.
        right_tool: share with the right tool in every step.
        exact: share with every step right.
        words: of the cases whose right answer is words, the share with the right kind; None where there are none.
        whole_plan: of the requests of several steps, the share planned right as a whole; None where there are none.
        valid: share of the cases whose planned calls all fit the types of their tools.
        p50_ms: of the time for a plan, the median (nearest rank).
        p95_ms: and the time that 95 % of them stay below.
    """

    cases: Count
    right_tool: Fraction
    exact: Fraction
    words: Fraction | None
    whole_plan: Fraction | None
    valid: Fraction
    p50_ms: float
    p95_ms: float


def run_cases(cases: Iterable[Case], state: LiveState, planner: Planner) -> list[Outcome]:
    """Plan every case once."""
    return list(outcomes_of(cases, state, planner))


def outcomes_of(cases: Iterable[Case], state: LiveState, planner: Planner) -> Iterator[Outcome]:
    """Plan every case once and yield each outcome as it comes."""
    for case in cases:
        plan = planner.plan(case.turns, state)
        calls = (plan.call, *plan.ahead)
        yield Outcome(
            case=case,
            planned=plan.call,
            ahead=plan.ahead,
            right_tool=_every(calls, case, _same_tool),
            exact=_every(calls, case, is_exact),
            valid=all(map(is_valid, calls)),
            margin=plan.margin,
            ms=plan.ms,
            unheard=plan.unheard,
        )


def summarize(outcomes: Sequence[Outcome]) -> Score:
    """Return the shares and the latency percentiles (nearest rank) of at least one outcome."""
    times = sorted(outcome.ms for outcome in outcomes)
    return Score(
        cases=len(outcomes),
        right_tool=_share([outcome.right_tool for outcome in outcomes]) or 0.0,
        exact=_share([outcome.exact for outcome in outcomes]) or 0.0,
        words=_share([each.right_tool for each in outcomes if each.case.call.tool == "reply"]),
        whole_plan=_share([each.exact for each in outcomes if len(each.case.steps) > 1]),
        valid=_share([outcome.valid for outcome in outcomes]) or 0.0,
        p50_ms=_percentile(times, 0.50),
        p95_ms=_percentile(times, 0.95),
    )


def is_exact(planned: Call, right: Call) -> bool:
    """Tell whether two calls are the same call."""
    if right.tool == "reply":
        return _same_tool(planned, right)
    return planned.tool == right.tool and _same(dict(planned.args), dict(right.args))


def is_valid(call: Call) -> bool:
    """Tell whether there is such a tool and its types accept the arguments."""
    from copilot.planner.emit import args_of

    try:
        args_of(call.tool).model_validate_json(json.dumps(call.args))
    except (BadRequest, ValidationError):
        return False
    return True


def label_of(call: Call) -> str:
    """Return the tool, and for a reply which of its arguments is used."""
    used = [name for name, value in sorted(call.args.items()) if value is not None]
    return " ".join([call.tool, *used]) if call.tool == "reply" else call.tool


def _every(calls: Sequence[Call], case: Case, same: Any) -> bool:
    """Tell whether there are as many steps as there should be, each the `same` as one that is right for it."""
    if len(calls) != len(case.steps):
        return False
    return all(any(same(call, right) for right in rights) for call, rights in zip(calls, case.steps, strict=True))


def _same_tool(planned: Call, right: Call) -> bool:
    return label_of(planned) == label_of(right)


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


def _share(holds: Sequence[bool]) -> float | None:
    return sum(holds) / len(holds) if holds else None


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
