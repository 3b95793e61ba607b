"""The floor of the first planner on its evaluation set, with the real model writing every call."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from copilot.batch import read_state
from copilot.evals.score import Outcome, read_cases, run_cases, summarize
from copilot.model.engine import LlamaEngine
from copilot.planner.first import FirstPlanner

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def planner() -> FirstPlanner:
    return FirstPlanner(LlamaEngine(context_tokens=2048), lambda: date(2026, 11, 22))


def outcomes_of(name: str, planner: FirstPlanner, state: str = "first_planner_state.json") -> list[Outcome]:
    return run_cases(read_cases(HERE / name), read_state(HERE / state), planner)


@pytest.fixture(scope="module")
def outcomes(planner: FirstPlanner) -> list[Outcome]:
    return outcomes_of("first_planner.jsonl", planner)


@pytest.fixture(scope="module")
def about_data(planner: FirstPlanner) -> list[Outcome]:
    return outcomes_of("data_requests.jsonl", planner)


@pytest.fixture(scope="module")
def honest(planner: FirstPlanner) -> list[Outcome]:
    return outcomes_of("honest.jsonl", planner, "honest_state.json")


@pytest.fixture(scope="module")
def lab(planner: FirstPlanner) -> list[Outcome]:
    return outcomes_of("lab_requests.jsonl", planner, "lab_state.json")


@pytest.fixture(scope="module")
def options(planner: FirstPlanner) -> list[Outcome]:
    return outcomes_of("option_requests.jsonl", planner, "honest_state.json")


@pytest.fixture(scope="module")
def rules(planner: FirstPlanner) -> list[Outcome]:
    return outcomes_of("rule_requests.jsonl", planner, "lab_state.json")


@pytest.fixture(scope="module")
def why(planner: FirstPlanner) -> list[Outcome]:
    return outcomes_of("explain_requests.jsonl", planner)


def test_the_set_is_large_and_part_of_it_was_held_out(outcomes: list[Outcome]) -> None:
    assert len(outcomes) >= 250
    assert sum(outcome.case.split == "held" for outcome in outcomes) >= 50
    assert len({outcome.case.call.tool for outcome in outcomes}) == 8


@pytest.mark.parametrize("split", ["dev", "held"])
def test_right_tool_and_exact_call(outcomes: list[Outcome], split: str) -> None:
    score = summarize([outcome for outcome in outcomes if outcome.case.split == split])
    assert score.right_tool >= 0.93
    assert score.exact >= 0.90


def test_nothing_that_must_be_refused_is_planned(outcomes: list[Outcome]) -> None:
    refused = [outcome for outcome in outcomes if "refuse" in outcome.case.call.args]
    assert len(refused) >= 10
    assert all("refuse" in outcome.planned.args for outcome in refused)


def test_wrong_calls_are_less_certain_than_right_ones(outcomes: list[Outcome]) -> None:
    wrong = [outcome.margin for outcome in outcomes if not outcome.right_tool]
    assert sum(margin > 0.9 for margin in wrong) <= 1


@pytest.mark.parametrize("split", ["dev", "held"])
def test_requests_about_data(about_data: list[Outcome], split: str) -> None:
    assert sum(outcome.case.split == "held" for outcome in about_data) >= 40
    score = summarize([outcome for outcome in about_data if outcome.case.split == split])
    assert score.right_tool >= 0.95
    assert score.exact >= 0.93


@pytest.mark.parametrize("split", ["dev", "held"])
def test_no_other_question_is_answered_than_the_one_asked(honest: list[Outcome], split: str) -> None:
    assert sum(outcome.case.split == "held" for outcome in honest) >= 60
    score = summarize([outcome for outcome in honest if outcome.case.split == split])
    assert score.right_tool >= 0.96
    assert score.exact >= 0.94


@pytest.mark.parametrize("split", ["dev", "held"])
def test_requests_to_the_feature_lab(lab: list[Outcome], split: str) -> None:
    assert len(lab) >= 60
    assert sum(outcome.case.split == "held" for outcome in lab) >= 60
    score = summarize([outcome for outcome in lab if outcome.case.split == split])
    assert score.right_tool >= 0.96
    assert score.exact >= 0.94


@pytest.mark.parametrize("split", ["dev", "held"])
def test_requests_with_options(options: list[Outcome], split: str) -> None:
    score = summarize([outcome for outcome in options if outcome.case.split == split])
    assert score.right_tool >= 0.96
    assert score.exact >= 0.94
    assert not any(outcome.unheard for outcome in options)


@pytest.mark.parametrize("split", ["dev", "held"])
def test_requests_for_rules(rules: list[Outcome], split: str) -> None:
    score = summarize([outcome for outcome in rules if outcome.case.split == split])
    assert score.cases >= 25
    assert score.right_tool >= 0.96
    assert score.exact >= 0.94


@pytest.mark.parametrize("split", ["dev", "held"])
def test_requests_to_explain(why: list[Outcome], split: str) -> None:
    chosen = [outcome for outcome in why if outcome.case.split == split]
    assert len(chosen) >= 25
    score = summarize(chosen)
    assert score.right_tool >= 0.96
    assert score.exact >= 0.94


def test_plain_requests_are_heard_whole(outcomes: list[Outcome], about_data: list[Outcome]) -> None:
    alarms = [outcome.case.id for outcome in (*outcomes, *about_data) if outcome.unheard]
    assert len(alarms) < 0.03 * (len(outcomes) + len(about_data))


def test_a_plan_is_quick(outcomes: list[Outcome], about_data: list[Outcome]) -> None:
    assert summarize([*outcomes, *about_data]).p50_ms < 400
