"""Requests to explain an experiment: the right one is explained, and words about words stay words."""

from __future__ import annotations

import pytest

from copilot.messages import Call, Observation, Turn
from tests.copilot.test_plan_first import STATE, done, plan

OLD, NEW = STATE.experiments


def shown(name: str, tool: str = "show_report") -> Turn:
    step = Observation(call=Call(tool=tool), status="ok", call_id="c9", result={"experiment": name, "oos": None})
    return Turn(user="open that one", steps=(step,), answer="The report.")


@pytest.mark.parametrize(
    "text",
    [
        "why did it work",
        "explain the last experiment",
        "which features matter",
        "why does it hold AAPL",
        "is the importance stable",
        "show me the SHAP values of the last run",
    ],
)
def test_the_latest_experiment_is_explained(text: str) -> None:
    assert plan(text).call == Call(tool="explain_experiment")
    assert plan(done("test rsi on IBM", "run_experiment", symbols=["IBM"]), text).call.tool == "explain_experiment"


def test_the_experiment_that_is_named_or_was_shown_is_explained() -> None:
    named = Call(tool="explain_experiment", args={"experiment": OLD})
    assert plan(f"what drives {OLD}").call == named
    assert plan("explain the IBM run").call == named
    assert plan("explain the IBM one").call == named
    assert plan("explain the first experiment").call == named
    assert plan(shown(OLD), "which features matter").call == named
    assert plan(shown(OLD), "explain the last experiment").call == Call(tool="explain_experiment")
    assert plan(shown(NEW), "which features matter").call == Call(tool="explain_experiment")
    assert plan(shown("auto_qual"), "which features matter").call == Call(tool="explain_experiment")
    assert plan("what drives exp_3").call.args == {"experiment": "exp_3"}  # the tool matches a part of an id


def test_a_symbol_that_is_held_names_no_experiment() -> None:
    assert plan("why does it hold IBM?").call.args == {}
    assert plan("why is IBM in my portfolio").call.args == {}
    assert plan(shown(OLD), "why is IBM held").call.args == {"experiment": OLD}


@pytest.mark.parametrize(
    "text",
    ["what is a Sharpe ratio", "explain walk-forward validation", "what is feature importance", "explain SHAP"],
)
def test_definitions_stay_words(text: str) -> None:
    call = plan(text).call
    assert call.tool == "reply"
    assert ":" in call.args["text"]


def test_a_bare_why_is_answered_from_the_record() -> None:
    figures = {"sharpe": 0.1, "sharpe_stderr": 0.3, "days": 500}
    turn = shown(NEW, "explain_experiment")
    step = turn.steps[0].model_copy(update={"result": {"experiment": NEW, "oos": figures}})
    words = plan(turn.model_copy(update={"steps": (step,)}), "why?").call.args["text"]
    assert "{c9.oos.sharpe}" in words


def test_another_run_is_shown_as_the_last_one_was() -> None:
    assert plan(shown(OLD), "what about the newest one").call == Call(tool="show_report")
    assert plan(shown(OLD, "explain_experiment"), "and the newest run?").call == Call(tool="explain_experiment")
