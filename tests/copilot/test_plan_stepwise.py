"""Requests of several steps: where they are cut, and what is planned when."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import pytest

from copilot.messages import Call, Failure, LiveState, Observation, Plan, Turn
from copilot.planner.steps import pieces
from copilot.planner.stepwise import COMPARE, StepwisePlanner, completed
from copilot.planner.talk import reply


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        (
            "load Apple and IBM, then test momentum on them and tell me what to buy with 20k",
            ["load Apple and IBM", "test momentum on them", "tell me what to buy with 20k"],
        ),
        ("First get MSFT since 2005, run ridge with macd on it, and finally explain what drove it",
         ["get MSFT since 2005", "run ridge with macd on it", "explain what drove it"]),
        ("grab SPY -> open the report", ["grab SPY", "open the report"]),
        ("is auto_mine clean? and once thats checked use it on MSFT", ["is auto_mine clean?", "use it on MSFT"]),
        ("which tickers are on disk, and do ibm and msft have any gaps",
         ["which tickers are on disk", "do ibm and msft have any gaps"]),
        ("1. load Intel and Ford\n2. Backtest on them: entry close > sma(50)\n3. Show the report",
         ["load Intel and Ford", "Backtest on them: entry close > sma(50)", "Show the report"]),
        ("(i) Load SAP. (ii) Show its gaps. (iii) From it, propose trades for $500",
         ["Load SAP", "Show its gaps", "propose trades for $500"]),
        ("my task: q1 load SPY, q2 test rsi on it", ["load SPY", "test rsi on it"]),
        ("Create the feature close / open, and check after that all my features for leaks",
         ["Create the feature close / open", "check all my features for leaks"]),
        ("Explain it. But first show me the report of the ridge run.",
         ["show me the report of the ridge run", "Explain it"]),
        ("Compute the spread of GLD and SLV. Beforehand load both please.",
         ["load GLD and SLV please", "Compute the spread of GLD and SLV"]),
        ("I have 8000 dollars. Test reversal on banks, and then tell me what to buy with this money",
         ["Test reversal on banks", "tell me what to buy with 8000 dollars"]),
        ("load sectors | momentum model, top 3 | report", ["load sectors", "momentum model, top 3", "report"]),
        ("backtest a > b on IBM; backtest rsi(14) < 35 on IBM; diff the two",
         ["backtest a > b on IBM", "backtest rsi(14) < 35 on IBM", "diff the two"]),
        ("Take the last run, explain it and open its report", ["Take the last run, explain it", "open its report"]),
        ("go through all my features and look for leaks in them", None),
        ("ranker | faang | label=rank | features=gap", None),
        ("Test macd on AMD with ridge, afterwards with logistic, and put the two runs side by side",
         ["Test macd on AMD with ridge", "with logistic", "put the two runs side by side"]),
        ("go over my features and see if one of them sees the future", None),
        ("only the yahoo bars of IBM please, I want to see them", None),
        ("train ridge on IBM, and once it's over explain it", ["train ridge on IBM", "explain it"]),
        ("load Ford, and when they're here a summary of them", ["load Ford", "a summary of them"]),
        ("load the news of IBM, and after those the bars", ["load the news of IBM", "the bars"]),
        ("Load IBM. Train ridge on it with macd. Report, please.",
         ["Load IBM", "Train ridge on it with macd", "Report, please"]),
        ("are there holes in Shell? you'll have to download it first, starting 2008",
         ["download Shell, starting 2008", "are there holes in Shell"]),
        ("We're a club with $20,000 to place. Load IBM, test momentum on it, and finally suggest purchases?",
         ["Load IBM", "test momentum on it", "suggest purchases with $20,000"]),
        ("ok they're in. does momentum predict them", ["does momentum predict them"]),
        ("hold IBM when it is over its 50 day average", None),
        ("load IBM in Q2 2020", None),
        ("Has the vendor of IBM gone back and altered any of them afterwards", None),
        ("test rsi and momentum on tech stocks, hold the top 3", None),
        ("buy IBM when rsi < 30 and sell when it is above 70", None),
        ("load Apple and IBM", None),
        ("what is the difference between Sharpe and Sortino", None),
    ],
)  # fmt: skip
def test_where_a_request_is_cut(text: str, cut: list[str] | None) -> None:
    assert [piece for piece, _ in pieces(text)] == (cut or [text])


class ByWords:
    """A planner that knows the calls of a few texts; everything else is a question."""

    def __init__(self, known: Mapping[str, Call], margin: float = 0.9) -> None:
        self.known, self.margin = known, margin
        self.asked: list[tuple[Turn, ...]] = []

    def plan(self, turns: Sequence[Turn], state: LiveState, cancel: threading.Event | None = None) -> Plan:
        self.asked.append(tuple(turns))
        if turns[-1].steps:
            return Plan(call=Call(tool="reply", args={"text": ""}), margin=1.0)
        call = self.known.get(turns[-1].user, Call(tool="reply", args={"ask": "What?"}))
        return Plan(call=call, margin=self.margin)


LOAD = Call(tool="ingest_data", args={"symbols": ["IBM"]})
TEST = Call(tool="run_experiment", args={"symbols": ["IBM"]})
KNOWN = {"load IBM": LOAD, "test momentum on it": TEST}
TEXT = "load IBM, then test momentum on it"


def test_a_piece_that_only_shows_what_was_listed_is_none() -> None:
    snapshots = Call(tool="list_inventory", args={"kind": "snapshots"})
    known = {"list the snapshots": snapshots, "show them": Call(tool="list_inventory", args={"kind": "trials"})}
    text = "list the snapshots, show them"
    plan = StepwisePlanner(ByWords({**known, text: snapshots})).plan([Turn(user=text)], LiveState())
    assert (plan.call, plan.ahead) == (snapshots, ())


def test_two_tests_are_compared_where_it_is_asked_which_is_better() -> None:
    ridge, other = (Call(tool="run_experiment", args={"model": model}) for model in ("ridge", "logistic"))
    compared = Call(tool="compare_experiments", args={})
    single = ByWords({"ridge on IBM": ridge, "logistic on IBM": other, COMPARE: compared})
    text = "ridge on IBM, then logistic on IBM, which did better?"
    plan = StepwisePlanner(single).plan([Turn(user=text)], LiveState())
    assert (plan.call, plan.ahead) == (ridge, (other, compared))


def test_each_kind_of_data_is_loaded_by_itself() -> None:
    bars, news = (Call(tool="ingest_data", args={"symbols": ["KO"], "kind": kind}) for kind in ("bars", "news"))
    single = ByWords({"load prices for KO": bars, "load news for KO": news})
    plan = StepwisePlanner(single).plan([Turn(user="load prices and news for KO")], LiveState())
    assert (plan.call, plan.ahead) == (bars, (news,))


def test_two_things_done_with_two_names_are_two_calls() -> None:
    rsi, macd = (
        Call(tool="run_experiment", args={"symbols": [name], "features": [name]}) for name in ("IBM", "MSFT")
    )
    single = ByWords({"test rsi on IBM": rsi, "test macd on MSFT": macd})
    plan = StepwisePlanner(single).plan([Turn(user="test rsi on IBM and test macd on MSFT")], LiveState())
    assert (plan.call, plan.ahead) == (rsi, (macd,))


def test_a_single_request_is_planned_once() -> None:
    single = ByWords(KNOWN)
    StepwisePlanner(single).plan([Turn(user="test momentum on it")], LiveState())
    assert len(single.asked) == 1


def test_the_first_plan_tells_what_follows_and_each_piece_is_planned_in_its_turn() -> None:
    single = ByWords(KNOWN)
    planner = StepwisePlanner(single)
    first = planner.plan([Turn(user=TEXT)], LiveState())
    assert (first.call, first.ahead) == (LOAD, (TEST,))
    assert single.asked[-1][0].steps[0].call == LOAD  # the second piece was read on top of the first

    done = Turn(user=TEXT, steps=(Observation(call=LOAD, status="ok", result={"new_rows": 7}),))
    second = planner.plan([done], LiveState())
    assert second.call == TEST
    assert single.asked[-1][0].steps[0].result == {"new_rows": 7}  # with what was observed

    both = done.model_copy(update={"steps": (*done.steps, Observation(call=TEST, status="ok"))})
    assert planner.plan([both], LiveState()).call == Call(tool="reply", args={"text": ""})


def test_a_question_for_the_money_follows_what_can_be_done_without_it() -> None:
    asks = Call(tool="reply", args={"ask": reply("ask_capital")})
    single = ByWords({**KNOWN, "propose trades": asks})
    plan = StepwisePlanner(single).plan([Turn(user=f"{TEXT}, then propose trades")], LiveState())
    assert (plan.call, plan.ahead) == (LOAD, (TEST, asks))


def test_what_somebody_else_thinks_is_no_step_that_repeats_the_last() -> None:
    before, after = (Call(tool="propose_trades", args={"capital_usd": usd}) for usd in (50_000, 200_000))
    single = ByWords({"My wife says go bigger": before, "Same thing with 200 thousand": after})
    history = Turn(user="propose trades", steps=(Observation(call=before, status="ok"),))
    request = Turn(user="My wife says go bigger. Same thing with 200 thousand")
    assert StepwisePlanner(single).plan([history, request], LiveState()).call == after


def test_what_is_to_be_kept_is_what_was_made() -> None:
    made = Call(tool="generate_features", args={"features": ["rsi_7"]})
    known = {"make rsi 7": made, "Build and keep": TEST, "make rsi 7. Build and keep": made}
    plan = StepwisePlanner(ByWords(known)).plan([Turn(user="make rsi 7. Build and keep")], LiveState())
    assert (plan.call, plan.ahead) == (made, ())


def test_nothing_follows_a_step_that_failed_for_good() -> None:
    failed = Observation(call=LOAD, status="failed", failure=Failure(kind="SourceUnavailable", message="no"))
    plan = StepwisePlanner(ByWords(KNOWN)).plan([Turn(user=TEXT, steps=(failed,))], LiveState())
    assert plan.call.tool == "reply"


def test_a_piece_that_is_no_request_is_read_with_the_one_before_it() -> None:
    whole = Call(tool="run_experiment", args={"symbols": ["IBM"], "top_n": 3})
    single = ByWords({"test momentum on IBM": TEST, "test momentum on IBM, then keep the best": whole,
                      "test momentum on IBM, keep the best": whole})  # fmt: skip
    plan = StepwisePlanner(single).plan([Turn(user="test momentum on IBM, then keep the best")], LiveState())
    assert (plan.call, plan.ahead) == (whole, ())


def test_without_a_word_such_as_then_a_piece_has_to_be_sure_and_for_another_tool() -> None:
    known = {"load IBM": LOAD, "test momentum on it": TEST, "load IBM and test momentum on it": TEST,
             "load IBM, test momentum on it": TEST}  # fmt: skip
    text = "load IBM and test momentum on it"
    assert StepwisePlanner(ByWords(known)).plan([Turn(user=text)], LiveState()).ahead == (TEST,)
    assert StepwisePlanner(ByWords(known, margin=0.05)).plan([Turn(user=text)], LiveState()).ahead == ()


def test_what_only_mended_a_failure_does_no_piece() -> None:
    failed = Observation(
        call=TEST, status="failed", failure=Failure(kind="NoData", message="none", suggestion=LOAD)
    )
    mended, again = Observation(call=LOAD, status="ok"), Observation(call=TEST, status="ok")
    assert completed([failed, mended, again]) == [again]
