"""Requests to the feature lab and for Python, in conversation: the right call, or an honest question."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from copilot.messages import Call, Failure, LiveState, Observation, Plan, Turn
from copilot.planner.first import FirstPlanner
from copilot.planner.talk import reply
from copilot.state import live_state
from tests.copilot.test_plan_first import FirstAdmitted
from tools.kernel.paths import Workspace

STATE = LiveState(symbols=("AAPL", "IBM", "MSFT"), features=("rsi_14",))


def plan(*turns: Turn | str, state: LiveState = STATE) -> Plan:
    planner = FirstPlanner(FirstAdmitted(), lambda: date(2026, 11, 22))
    return planner.plan([Turn(user=each) if isinstance(each, str) else each for each in turns], state)


def done(user: str, tool: str, result: dict[str, Any] | None = None, **args: Any) -> Turn:
    step = Observation(call=Call(tool=tool, args=args), status="ok", result=result or {})
    return Turn(user=user, steps=(step,))


MADE = done(
    "make features from skew and kurtosis",
    "generate_features",
    {"features": [{"name": "auto_skew_60"}, {"name": "auto_kurtosis_60"}]},
    features=["skew_60", "kurtosis_60"],
)


def test_the_last_feature_made_is_meant_and_all_of_them_where_many_are() -> None:
    assert plan(MADE, "is my feature leaking?").call.args == {"features": ["auto_kurtosis_60"]}
    assert plan(MADE, "are those features leaking?").call.args == {"features": ["auto_skew_60", "auto_kurtosis_60"]}
    assert plan(MADE, "check all my features for leaks").call == Call(tool="check_features")
    checked = done("...", "check_features", features=["momentum_60"], symbols=["AAPL"])
    other = {"features": ["rsi_14"], "symbols": ["AAPL"]}
    assert plan(checked, "and rsi_14").call == Call(tool="check_features", args=other)
    both = {"features": ["momentum_60"], "symbols": ["AAPL", "IBM"]}
    assert plan(checked, "on IBM too").call == Call(tool="check_features", args=both)
    assert plan(checked, "and also check it on IBM").call == Call(tool="check_features", args=both)
    assert plan(MADE, "does the first one leak?").call.args == {"features": ["auto_skew_60"]}
    assert plan(MADE, "is the third of them leaking?").call.args.get("features") is None
    used = plan(MADE, "use my feature on AAPL and IBM").call
    assert used == Call(tool="run_experiment", args={"symbols": ["AAPL", "IBM"], "features": ["auto_kurtosis_60"]})


def test_what_was_made_is_checked_when_it_is_to_be() -> None:
    result = {"features": [{"name": "auto_dev"}]}
    made = done("...", "generate_features", result, features=["rsi(14) - 50"], name="dev")
    args = {"features": ["auto_dev"], "symbols": ["AAPL"]}
    assert plan(made, "check it on AAPL").call == Call(tool="check_features", args=args)


def test_what_failed_was_not_made() -> None:
    failed = MADE.model_copy(update={"steps": (MADE.steps[0].model_copy(update={"status": "failed"}),)})
    assert plan(failed, "is my feature leaking?").call == Call(tool="check_features")


def test_a_feature_that_nobody_made_is_asked_for() -> None:
    assert plan("use my feature on IBM").call == Call(
        tool="reply", args={"ask": reply("ask_own_feature").replace("[held]", "")}
    )
    held = STATE.model_copy(update={"features": ("rsi_14", "auto_qual")})
    assert plan("use my feature on IBM", state=held).call.args["features"] == ["auto_qual"]
    assert plan("backtest qual on IBM", state=held).call.args == {"symbols": ["IBM"], "features": ["auto_qual"]}


def test_adding_goes_to_the_experiment_where_there_is_one_and_makes_a_feature_where_not() -> None:
    ran = done("test rsi on IBM", "run_experiment", symbols=["IBM"], features=["rsi_14"])
    assert plan(ran, "add volatility").call.args["features"] == ["rsi_14", "volatility_20"]
    assert plan("add volatility").call == Call(tool="generate_features", args={"features": ["volatility_20"]})
    assert plan(MADE, "add volatility").call.tool == "generate_features"


@pytest.mark.parametrize(
    "text",
    [
        "make a feature that uses tomorrow's close",
        "create a signal from the next day's return",
        "build a factor out of the return 5 days ahead",
    ],
)
def test_a_feature_of_the_future_is_refused_in_plain_words(text: str) -> None:
    assert plan(text).call == Call(tool="reply", args={"refuse": reply("refuse_future")})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("use the news sentiment as a feature", "sentiment"),
        ("make a feature from rsi times the unicorn index", "unicorn"),
        ("make a feature from rsi divided by something", "divided"),
        ("make a feature", "What should the feature be?"),
        ("average return of IBM by weekday after a fall of 2%", "Which of these should it be?"),
        ("compute the average overnight gap by weekday", "For which symbols"),
    ],
)
def test_what_is_not_offered_is_asked_back(text: str, says: str) -> None:
    call = plan(text).call
    assert call.tool == "reply"
    assert says in call.args["ask"]


def test_typed_python_is_taken_word_for_word() -> None:
    code = "r = bars['close'].pct_change()\n\nresult = r.corr()  # delete the audit log"
    call = plan(f"run this python for IBM and AAPL:\n{code}").call
    assert call == Call(tool="run_python", args={"code": code, "symbols": ["IBM", "AAPL"]})
    source = "def feature(bars):\n    return bars['close'] / bars['open'] - 1"
    call = plan(f"make a feature called mine from this code:\n```python\n{source}\n```").call
    assert call == Call(tool="generate_features", args={"code": source, "name": "mine"})


def test_a_statistic_is_varied_by_what_is_said_next() -> None:
    first = plan("average overnight gap of IBM by weekday since 2005").call
    assert first.args["symbols"] == ["IBM"]
    assert first.args["start"] == "2005-01-01"
    turn = done("average overnight gap of IBM by weekday since 2005", "run_python", **first.args)
    monthly = plan(turn, "and by month?").call
    assert monthly.tool == "run_python"
    assert "index.month" in monthly.args["code"]
    assert (monthly.args["symbols"], monthly.args["start"]) == (["IBM"], "2005-01-01")
    assert "median()" in plan(turn, "the median instead").call.args["code"]
    assert plan(turn, "same for MSFT").call.args["symbols"] == ["MSFT"]
    assert plan(turn, "open the report").call.tool == "show_report"


def test_missing_data_is_loaded_and_the_script_run_again() -> None:
    call = plan("average overnight gap of IBM by weekday").call
    load = Call(tool="ingest_data", args={"symbols": ["IBM"]})
    lacking = Observation(call=call, status="failed", failure=Failure(kind="NoData", message="no", suggestion=load))
    turn = Turn(user="average overnight gap of IBM by weekday", steps=(lacking,))
    assert plan(turn).call == load
    assert plan(turn.model_copy(update={"steps": (lacking, Observation(call=load, status="ok"))})).call == call


def test_generated_features_are_among_those_that_exist(workspace: Workspace) -> None:
    workspace.features.mkdir(parents=True)
    (workspace.features / "auto_qual.py").write_text("")
    (workspace.features / "notes.py").write_text("")
    features = live_state(workspace).features
    assert features[-1] == "auto_qual"
    assert "rsi_14" in features


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("make a feature: RSI of volume", "RSI of volume"),
        ("make a feature: volatility of RSI", "volatility of RSI"),
        ("run an experiment with RSI of the high on IBM", "RSI of the high"),
        ("make a feature: 1 if RSI below 30 else 0", "1, if, below, 30, else, 0"),
        ("make a feature: RSI above 70", "above, 70"),
    ],
)
def test_what_is_not_understood_of_a_feature_is_asked_about_and_the_answer_takes_its_place(
    text: str, said: str
) -> None:
    asked = plan(text).call.args["ask"]
    assert asked == reply("ask_feature_part").replace("[said]", said)
    again = plan(Turn(user=text, answer=asked), "1 if rsi(14) < 30 else 0").call
    assert again.args["features"] == ["1 if rsi(14) < 30 else 0"]
    assert again.tool == ("run_experiment" if "IBM" in text else "generate_features")


def test_what_is_understood_is_not_asked_about() -> None:
    assert plan("make 2 features: rsi and skew").call.args == {"features": ["rsi_14", "skew_60"]}
    assert plan("make a feature: RSI of closing prices").call.args == {"features": ["rsi_14"]}
    assert plan("make a feature: 1 if rsi(14) < 30 else 0").call.args == {"features": ["1 if rsi(14) < 30 else 0"]}


def test_what_is_told_around_a_typed_formula_is_no_part_of_it() -> None:
    text = "my uncle scribbled this on a napkin: close / sma(close, 100). Can you make a feature of that?"
    told = plan(text).call
    assert told == Call(tool="generate_features", args={"features": ["close / sma(close, 100)"]})
    assert "ask" in plan("make a feature from rsi(14) and zorg").call.args
    kept = plan("turn rsi(14) * zscore(volume, 20) into a feature I can keep").call
    assert kept.args == {"features": ["rsi(14) * zscore(volume, 20)"]}


def test_words_behind_typed_python_are_no_part_of_it() -> None:
    call = plan("run python: result = bars['close'].max() on AAPL and IBM").call
    assert call.args == {"code": "result = bars['close'].max()", "symbols": ["AAPL", "IBM"]}


def test_a_formula_saved_under_a_name_is_made() -> None:
    call = plan("save rsi(7) - rsi(21) as rsi_spread").call
    assert call.tool == "generate_features"
    assert call.args["features"] == ["rsi(7) - rsi(21)"]
