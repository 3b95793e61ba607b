"""The planner says what it did not take in, and asks before it answers another question than the one asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from copilot.answer import answer_for
from copilot.messages import Call, Failure, Observation, Turn
from copilot.planner.limits import find_limits
from copilot.planner.talk import reply
from copilot.planner.vocabulary import load_plan_file
from tests.copilot.test_plan_first import done, plan
from tools.catalog import TOOLS

METRICS = {
    "sharpe": 0.34, "sharpe_stderr": 0.32, "sortino": 0.4, "calmar": 0.2, "cagr": 0.05, "volatility": 0.2,
    "max_drawdown": -0.3, "total_return": 0.5, "turnover": 12.0, "days": 1000,
}  # fmt: skip
RESULT: dict[str, Any] = {
    "experiment": "exp_20240105_LGBM_IBM_1d",
    "oos": METRICS,
    "benchmarks": {"equal_weight": {**METRICS, "sharpe": 0.61}},
    "cost_curve": [{"multiple": 0, "sharpe": 0.52, "cagr": 0.1}, {"multiple": 1, "sharpe": 0.34, "cagr": 0.05}],
}
TESTED = Turn(
    user="test momentum on IBM",
    steps=(
        Observation(
            call=Call(tool="run_experiment", args={"symbols": ["IBM"], "features": ["momentum_20"]}),
            status="ok",
            call_id="c7",
            result=RESULT,
        ),
    ),
)
UNKNOWN = Turn(
    user="test rsi on Telsa",
    steps=(
        Observation(
            call=Call(tool="run_experiment", args={"symbols": ["Telsa"], "features": ["rsi_14"]}),
            status="failed",
            failure=Failure(
                kind="BadRequest",
                message="'Telsa' is not a symbol, company or group I know.",
                hint="Did you mean TSLA (Tesla)?",
            ),
        ),
    ),
)


def asked(*turns: Turn | str) -> str:
    call = plan(*turns).call
    assert call.tool == "reply"
    return str(call.args["ask"])


def test_what_is_not_offered_is_asked_about_and_left_out_after_a_yes() -> None:
    question = asked("train xgboost on Microsoft with momentum")
    assert "xgboost" in question
    assert question.endswith(reply("ask_without"))
    before = Turn(user="train xgboost on Microsoft with momentum", answer=question)
    run = {"symbols": ["Microsoft"], "features": ["momentum_20"]}
    assert plan(before, "yes").call == Call(tool="run_experiment", args=run)
    assert plan(before, "yes, but on IBM").call.args == {**run, "symbols": ["IBM"]}
    assert plan(before, "no").call == Call(tool="reply", args={"text": reply("declined")})
    other = before.model_copy(update={"answer": "There is no such model. Shall I go on with the default?"})
    assert plan(other, "yes, go ahead").call.tool == plan(before, "yes").call.tool != "reply"


def test_several_wishes_are_one_question() -> None:
    question = asked("test momentum on IBM without costs, excluding 2008, with a 2% stop loss")
    assert all(words in question for words in ("without costs", "excluding 2008", "2% stop loss"))
    assert question.count("?") == 1


def test_an_excluded_year_does_not_become_the_period() -> None:
    assert "excluding 2008" in asked("test momentum on IBM excluding 2008")
    assert plan("test momentum on IBM before 2008").call.args["end"] == "2007-12-31"


def test_unknown_words_are_reported_and_cost_certainty() -> None:
    plainly = plan("test momentum on IBM")
    oddly = plan("test momentum on IBM like Jabberwocky")
    assert plainly.unheard == ()
    assert oddly.unheard == ("Jabberwocky",)
    assert oddly.margin < plainly.margin


def test_a_figure_that_no_argument_takes_is_asked_about() -> None:
    assert "7.5%" in asked("test momentum on IBM, threshold 7.5%")


def test_an_unknown_predictor_is_not_replaced_by_the_defaults() -> None:
    assert "moon phase" in asked("does the moon phase predict IBM?")
    swapped = done("...", "run_experiment", symbols=["IBM"], features=["rsi_14", "gap"])
    assert plan(swapped, "swap the gap for dollar volume").call.args["features"] == ["rsi_14", "dollar_volume_20"]
    chapter = plan("chapter 3 says that rsi predicts IBM, test it on IBM").call
    assert chapter.args == {"symbols": ["IBM"], "features": ["rsi_14"]}
    assert "20k in one name" in asked("propose trades for 50k, not more than 20k in one name")
    assert "drop of more than 5%" in asked("does a drop of more than 5% predict a bounce in IBM")
    assert "volatility_20" in asked("is implied volatilty a good predictor of IBM")
    assert plan("run an experiment on IBM").call.args == {"symbols": ["IBM"]}
    before = done("...", "run_experiment", symbols=["IBM"], features=["rsi_14"])
    varied = plan(before, "same thing but predict a month out").call.args
    assert varied == {"symbols": ["IBM"], "features": ["rsi_14"], "horizon_days": 21}
    checked = done("...", "check_features", features=["gap"])
    assert plan(checked, "use it to predict MSFT").call.args == {"symbols": ["MSFT"], "features": ["gap"]}


def test_an_unknown_name_is_copied_and_never_replaced_by_an_earlier_one() -> None:
    assert plan(TESTED, "does rsi work on micosoft?").call.args["symbols"] == ["micosoft"]
    assert "ask" in plan(UNKNOWN, "does momentum work?").call.args


@pytest.mark.parametrize(("said", "name"), [("tesla", "tesla"), ("sorry, I meant TSLA", "TSLA"), ("yes", "TSLA")])
def test_a_name_is_put_right(said: str, name: str) -> None:
    assert plan(UNKNOWN, said).call.args == {"symbols": [name], "features": ["rsi_14"]}


def test_a_slash_command_is_varied_like_a_request() -> None:
    typed = done("/run_experiment Apple features=rsi_14", "run_experiment", symbols=["Apple"], features=["rsi_14"])
    assert plan(typed, "same on Microsoft").call.args == {"symbols": ["Microsoft"], "features": ["rsi_14"]}


def test_the_ibm_one_is_about_ibm_alone() -> None:
    from copilot.planner.experiments import named_after

    ids = ["exp_20240105_LGBM_IBM_1d", "exp_20240212_LGBM_AAPL-IBM-MSFT_1d"]
    assert named_after(["IBM"], ids) == ids[:1]
    assert named_after(["AAPL", "IBM"], ids) == ids[1:]


def test_all_experiments_are_ranked_and_an_unknown_best_is_asked_for() -> None:
    found = plan("which of all my experiments is best").call
    assert found == Call(tool="compare_experiments")  # there are two, and the latest two are the default
    assert asked("open the best one") == reply("ask_winner")


@pytest.mark.parametrize("amount", ["10000 euros", "£20k", "-5000 dollars", "5000 swiss francs"])
def test_money_is_never_converted_or_turned_positive(amount: str) -> None:
    assert amount in asked(f"what would you trade with {amount}")


def test_a_question_about_numbers_is_a_query_and_loads_nothing() -> None:
    call = plan("what was IBM's closing price on 2008-09-15").call
    assert call.tool == "query_data"
    assert "symbol = 'IBM'" in call.args["sql"]
    assert "DATE '2008-09-15'" in call.args["sql"]
    assert asked("on how many days did IBM fall more than 5%") == reply("ask_data_question")


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("why?", "would have been 0.52"),
        ("is that significant?", "within two standard errors"),
        ("how much of that was costs?", "Without any costs"),
        ("is 0.34 plus or minus 0.32 significant?", "No."),
        ("is 1.2 +/- 0.3 significant?", "That one is."),
    ],
)
def test_questions_about_a_result_are_answered_from_its_record(said: str, part: str) -> None:
    found = plan(TESTED, said)
    assert part in answer_for(Turn(user=said), found.call, [TESTED])


def test_other_readings_are_calls() -> None:
    for text in ("Apple", "show me something on Tesla", "the results of IBM and the weather"):
        assert all(other.tool != "reply" for other in plan(text).alternatives)


def test_the_table_of_limits_is_sound() -> None:
    tools = {tool.name for tool in TOOLS}
    for entry in load_plan_file("limits.json").values():
        assert "{said}" in entry["say"]
        assert set(entry["tools"]) <= tools
        assert entry.get("ask", "?").endswith("?")
    assert find_limits("test momentum on IBM", []) == []


def test_the_words_about_a_result_refer_to_its_record() -> None:
    text = json.dumps(load_plan_file("about.json"))
    assert not any(letter.isdigit() for letter in text)
