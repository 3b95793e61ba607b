"""The first planner's logic, with a stand-in that writes the first text its schema admits."""

from __future__ import annotations

import json
import threading
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.messages import Call, Failure, LiveState, Observation, Plan, Turn
from copilot.model.llm import Cancelled, Generation, Prompt, Schema
from copilot.planner.emit import args_of
from copilot.planner.first import FirstPlanner
from copilot.planner.talk import reply
from copilot.planner.vocabulary import load_plan_file

STATE = LiveState(
    symbols=("AAPL", "IBM", "MSFT"),
    experiments=("exp_20240105_LGBM_IBM_1d", "exp_20240212_LGBM_AAPL-MSFT_1d"),
    features=("rsi_14",),
)


class FirstAdmitted:
    """Writes the first value that a schema of constants and enums admits."""

    name = "first admitted"

    def generate(
        self,
        prompt: Prompt,
        *,
        schema: Schema | None = None,
        max_tokens: int = 256,
        cancel: threading.Event | None = None,
    ) -> Generation:
        if cancel is not None and cancel.is_set():
            raise Cancelled("Stopped.")
        text = json.dumps(_first(dict(schema or {})))
        return Generation(text=text, tokens=1, forced_tokens=1, evaluated_tokens=1, ms=0.0, finished=True)


def _first(schema: dict[str, Any]) -> Any:
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "array":
        return [_first(each) for each in schema["prefixItems"]]
    return {name: _first(each) for name, each in schema["properties"].items()}


def plan(*turns: Turn | str) -> Plan:
    planner = FirstPlanner(FirstAdmitted(), lambda: date(2026, 11, 22))
    return planner.plan([Turn(user=each) if isinstance(each, str) else each for each in turns], STATE)


def done(user: str, tool: str, **args: Any) -> Turn:
    return Turn(user=user, steps=(Observation(call=Call(tool=tool, args=args), status="ok", result={}),))


def test_defaults_are_left_out() -> None:
    assert plan("train lightgbm on IBM, one day ahead, with daily bars").call.args == {"symbols": ["IBM"]}
    assert plan("what data do I have").call.args == {}


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("load some data", "ask_symbols_ingest"),
        ("run a backtest", "ask_symbols_experiment"),
        ("what should I buy?", "ask_capital"),
    ],
)
def test_a_missing_argument_is_asked_for(text: str, ask: str) -> None:
    assert plan(text).call == Call(tool="reply", args={"ask": reply(ask)})


def test_an_answer_to_our_question_completes_the_request() -> None:
    asked = Turn(user="what should I buy?", answer=reply("ask_capital"))
    assert plan(asked, "50k").call == Call(tool="propose_trades", args={"capital_usd": 50_000})
    into = done("test rsi on IBM", "run_experiment", symbols=["IBM"])
    assert plan(into, "turn that into positions for 30k").call.args == {"capital_usd": 30_000}
    assert "ask" in plan(into, "turn that into trades I could place").call.args
    assert plan(asked, "open the report instead").call.tool == "show_report"


def test_a_new_request_is_no_answer_to_our_question() -> None:
    asked = Turn(user="get 5-minute bars for AAPL", answer=reply("ask_interval"))
    compared = Call(tool="show_data", args={"symbols": ["IBM"], "view": "sources"})
    assert plan(asked, "compare the sources for IBM").call == compared
    hourly = Call(tool="ingest_data", args={"symbols": ["AAPL"], "interval": "1h"})
    assert plan(asked, "hourly then").call == hourly


@pytest.mark.parametrize(
    ("asked", "question", "text", "call"),
    [
        (
            "plot drawdown",
            "ask_analysis",
            "make a feature: RSI times volume",
            Call(tool="generate_features", args={"features": ["rsi(14) * volume"]}),
        ),
        (
            "plot drawdown",
            "ask_analysis",
            "run an experiment with rsi on IBM",
            Call(tool="run_experiment", args={"symbols": ["IBM"], "features": ["rsi_14"]}),
        ),
        (
            "make a feature from sentiment",
            "ask_feature_part",
            "make a feature from RSI",
            Call(tool="generate_features", args={"features": ["rsi_14"]}),
        ),
    ],
)
def test_what_was_left_open_is_not_mixed_into_a_complete_request(
    asked: str, question: str, text: str, call: Call
) -> None:
    opened = Turn(user=asked, answer=reply(question))
    assert plan(opened, text).call == call
    again = Turn(user="test skew", answer=reply("ask_symbols_experiment"))
    both = {"symbols": ["AAPL"], "features": ["skew_60"]}
    assert plan(opened, again, "AAPL").call == Call(tool="run_experiment", args=both)


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("load my csv file", "ask_path"),
        ("load ~/stuff.csv", "ask_symbols_file"),
        ("get weekly bars for AAPL", "ask_interval"),
    ],
)
def test_what_a_file_or_a_length_of_bar_lacks_is_asked_for(text: str, ask: str) -> None:
    assert plan(text).call == Call(tool="reply", args={"ask": reply(ask)})


def test_a_follow_up_changes_the_call_before_it() -> None:
    before = done("test rsi on AAPL", "run_experiment", symbols=["AAPL"], features=["rsi_14"])
    assert plan(before, "run it on IBM too").call.args == {"symbols": ["IBM"], "features": ["rsi_14"]}
    weekly = plan(before, "now with a weekly horizon").call.args
    assert weekly == {"symbols": ["AAPL"], "features": ["rsi_14"], "horizon_days": 5}
    other = plan(before, "use macd instead of rsi").call.args
    assert other == {"symbols": ["AAPL"], "features": ["macd_12_26_9"]}
    added = plan(before, "add volatility as well").call.args
    assert added == {"symbols": ["AAPL"], "features": ["rsi_14", "volatility_20"]}


@pytest.mark.parametrize(
    "text", ["which experiment is best?", "which run was worst", "which strategy has the highest sharpe?"]
)
def test_the_best_is_looked_for_among_all(text: str) -> None:
    many = STATE.model_copy(update={"experiments": tuple(f"exp_202401{day}_LGBM_IBM_1d" for day in range(10, 35))})
    planner = FirstPlanner(FirstAdmitted(), lambda: date(2026, 11, 22))
    call = planner.plan([Turn(user=text)], many).call
    assert call == Call(tool="compare_experiments", args={"experiments": list(many.experiments[-20:])})
    assert plan("which of the last two experiments is best?").call == Call(tool="compare_experiments")


def test_symbols_come_from_the_conversation_where_none_are_said() -> None:
    loaded = done("load Apple and IBM", "ingest_data", symbols=["Apple", "IBM"])
    assert plan(loaded, "does momentum work on them?").call.args["symbols"] == ["Apple", "IBM"]


def failed(call: Call, kind: str, suggestion: Call | None = None) -> Observation:
    return Observation(call=call, status="failed", failure=Failure(kind=kind, message="no", suggestion=suggestion))


def test_missing_data_leads_to_the_ingest_call_and_back() -> None:
    call = Call(tool="run_experiment", args={"symbols": ["IBM"]})
    ingest = Call(tool="ingest_data", args={"symbols": ["IBM"]})
    turn = Turn(user="test IBM", steps=(failed(call, "NoData", ingest),))
    assert plan(turn).call == ingest
    turn = turn.model_copy(update={"steps": (*turn.steps, Observation(call=ingest, status="ok"))})
    assert plan(turn).call == call
    turn = turn.model_copy(update={"steps": (*turn.steps, failed(call, "NoData", ingest))})
    assert plan(turn).call == Call(tool="reply", args={"text": ""})


def test_other_observations_end_the_turn() -> None:
    call = Call(tool="show_report")
    for step in (Observation(call=call, status="ok"), failed(call, "BadRequest")):
        assert plan(Turn(user="report", steps=(step,))).call == Call(tool="reply", args={"text": ""})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("place the order at my broker", "refuse_broker"),
        ("buy 100 shares of Apple right now", "refuse_broker"),
        ("sell everything", "refuse_broker"),
        ("what is my API key", "refuse_secret"),
        ("guarantee me 20%", "refuse_guarantee"),
        ("delete the audit log", "refuse_tamper"),
        ("what's the weather in Paris", "refuse_outside"),
        ("drop table bars", "refuse_tamper"),
    ],
)
def test_refusals_name_their_reason(text: str, reason: str) -> None:
    found = plan(text)
    assert found.call == Call(tool="reply", args={"refuse": reply(reason)})


def test_a_value_outside_its_range_is_left_out_rather_than_sent() -> None:
    assert plan("test rsi on IBM, top 900").call.args == {"symbols": ["IBM"], "features": ["rsi_14"]}


def test_an_unclear_request_comes_with_other_readings() -> None:
    found = plan("Apple")
    assert found.margin < 0.9
    assert all(other != found.call for other in found.alternatives)


def test_a_stop_is_heard() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        FirstPlanner(FirstAdmitted(), date.today).plan([Turn(user="open the report")], STATE, stop)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_any_text_gives_a_valid_call(text: str) -> None:
    found = plan(text)
    args_of(found.call.tool).model_validate_json(json.dumps(found.call.args))
    assert 0 <= found.margin <= 1


def test_the_words_of_slq_hold_no_digit_and_no_reference() -> None:
    for words in [*load_plan_file("replies.json").values(), *load_plan_file("glossary.json").values()]:
        assert not any(character.isdigit() or character in "{}" for character in words)


def test_questions_end_as_questions() -> None:
    assert all(
        text.endswith("?") for name, text in load_plan_file("replies.json").items() if name.startswith("ask_")
    )


@pytest.mark.parametrize("text", ["what did I try so far?", "what have I tried", "which ideas did I already try"])
def test_what_was_tried_is_on_the_shelf_of_trials(text: str) -> None:
    assert plan(text).call == Call(tool="list_inventory", args={"kind": "trials"})
