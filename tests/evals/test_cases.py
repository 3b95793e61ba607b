"""Reading cases and what counts as right: several right calls, plans of several steps, turns on record."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from copilot.evals.cases import read_case, read_cases, stratified
from copilot.evals.score import is_valid, outcomes_of, run_cases, summarize
from copilot.messages import Call, LiveState, Plan
from copilot.model.scripted import ScriptedPlanner
from tools.kernel.errors import BadRequest

HERE = Path(__file__).parent
LOAD = {"tool": "ingest_data", "args": {"symbols": ["IBM"]}}
REPORT: dict[str, Any] = {"tool": "show_report", "args": {}}


def line(**right: Any) -> str:
    return json.dumps({"id": "a", "category": "simple", "turns": [{"user": "load IBM"}], **right})


def right(case_line: str, *calls: dict[str, Any]) -> tuple[bool, bool]:
    first, *ahead = [Call.model_validate(call) for call in calls]
    planner = ScriptedPlanner([Plan(call=first, margin=1.0, ahead=tuple(ahead))])
    (outcome,) = outcomes_of([read_case(case_line, 1)], LiveState(), planner)
    return outcome.right_tool, outcome.exact


def test_any_of_several_calls_is_right() -> None:
    either = line(call={"any_of": [LOAD, {"tool": "ingest_data", "args": {"symbols": ["IBM"], "source": "files"}}]})
    assert right(either, LOAD) == (True, True)
    assert right(either, {"tool": "ingest_data", "args": {"symbols": ["IBM"], "source": "files"}}) == (True, True)
    assert right(either, {"tool": "ingest_data", "args": {"symbols": ["MSFT"]}}) == (True, False)
    assert right(either, REPORT) == (False, False)


def test_a_plan_is_right_as_a_whole_and_in_its_order() -> None:
    both = line(plan=[LOAD, {"any_of": [REPORT, {"tool": "explain_experiment", "args": {}}]}])
    assert right(both, LOAD, REPORT) == (True, True)
    assert right(both, LOAD, {"tool": "explain_experiment", "args": {}}) == (True, True)
    assert right(both, LOAD, {"tool": "show_report", "args": {"experiment": "x"}}) == (True, False)
    assert right(both, REPORT, LOAD) == (False, False)
    assert right(both, LOAD) == (False, False)
    assert right(both, LOAD, REPORT, REPORT) == (False, False)
    assert right(line(call=LOAD), LOAD, REPORT) == (False, False), "a call more than was asked for is wrong"


def test_shares_of_words_and_plans_are_over_their_own_cases() -> None:
    cases = [
        read_case(line(call={"tool": "reply", "args": {"ask": "*"}}), 1),
        read_case(line(call=LOAD), 2),
        read_case(line(plan=[LOAD, REPORT]), 3),
    ]
    plans = [
        Plan(call=Call(tool="reply", args={"ask": "Which?"}), margin=1.0),
        Plan(call=Call(tool="no_such_tool"), margin=0.5),
        Plan(call=Call.model_validate(LOAD), margin=0.5, ahead=(Call.model_validate(REPORT),)),
    ]
    score = summarize(run_cases(cases, LiveState(), ScriptedPlanner(plans)))
    assert (score.words, score.whole_plan) == (1.0, 1.0)
    assert score.exact == score.valid == pytest.approx(2 / 3)
    assert summarize(run_cases(cases[1:2], LiveState(), ScriptedPlanner(plans[1:2]))).words is None


@pytest.mark.parametrize(
    ("tool", "args", "valid"),
    [
        ("ingest_data", {"symbols": ["IBM"], "start": "2005-01-01"}, True),
        ("ingest_data", {"symbols": ["IBM"], "start": "last spring"}, False),
        ("ingest_data", {"symbols": []}, False),
        ("ingest_data", {"symbols": ["IBM"], "colour": "red"}, False),
        ("reply", {"ask": "Which?"}, True),
        ("not a call", {}, False),
    ],
)
def test_types_accept_a_call_or_do_not(tool: str, args: dict[str, Any], valid: bool) -> None:
    assert is_valid(Call(tool=tool, args=args)) is valid


def test_turns_on_record_keep_their_steps() -> None:
    turns = [{"user": "load it", "steps": [{"call": LOAD, "status": "ok"}], "answer": "Done."}, {"user": "why?"}]
    case = read_case(json.dumps({"id": 1, "turns": turns, "call": REPORT}), 1)
    assert case.turns[0].steps[0].call == Call.model_validate(LOAD)
    assert case.turns[0].answer == "Done."


@pytest.mark.parametrize("wrong", [{}, {"call": "ingest_data"}, {"call": {"any_of": []}}, {"plan": [{"args": {}}]}])
def test_a_line_without_a_right_answer_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRequest, match="Line 7"):
        read_case(line(**wrong), 7)


def test_the_scorecard_is_read_whole_and_sampled_in_its_mix() -> None:
    cases = [case for name in ("a", "b") for case in read_cases(HERE / f"scorecard_{name}.jsonl")]
    assert len(cases) >= 600
    assert len({case.id for case in cases}) == len(cases)
    assert all(is_valid(call) for case in cases for rights in case.steps for call in rights)
    sample = stratified(cases, 60)
    assert sample == stratified(cases, 60)
    assert len({case.id for case in sample}) == 60
    whole, part = (Counter(case.category for case in some) for some in (cases, sample))
    assert part.keys() == whole.keys()
    assert all(abs(part[name] - whole[name] * 60 / len(cases)) < 1 for name in whole)
