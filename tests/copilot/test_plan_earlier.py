"""Words that point further back than the last call, and at experiments by date, model or symbols."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from copilot.messages import Call, LiveState, Observation, Turn
from copilot.planner.carried import carry_over
from copilot.planner.earlier import (
    compared_with,
    experiment_meant,
    experiments_used,
    gone_back_to,
    of_both,
    repeated_test,
    without_its_names,
)
from copilot.planner.evidence import Evidence, gather
from copilot.planner.fill import comparison, fill
from copilot.planner.revised import revised

IDS = (
    "exp_20240105_LIGHTGBM_IBM_1d",
    "exp_20240212_LIGHTGBM_AAPL-MSFT_1d",
    "exp_20240301_RIDGE_AAPL-IBM-MSFT_1d",
)
STATE = LiveState(experiments=IDS)


def heard(text: str) -> Evidence:
    return gather(text, STATE, date(2026, 11, 22))


def turns(*calls: tuple[str, dict[str, Any]]) -> list[Turn]:
    return [
        Turn(user="...", steps=(Observation(call=Call(tool=tool, args=args), status="ok"),)) for tool, args in calls
    ]


OIL = ("run_experiment", {"symbols": ["big oil"], "features": ["momentum_20"], "top_n": 3})
WATER = ("run_experiment", {"symbols": ["utilities"], "features": ["momentum_20"], "top_n": 3})


@pytest.mark.parametrize("text", ["throw both in one pot", "now the two of them together", "all of them"])
def test_both_are_the_names_of_the_last_two_calls(text: str) -> None:
    assert of_both(heard(text), turns(OIL, WATER), "symbols") == ["big oil", "utilities"]


def test_both_are_those_of_one_call_that_has_several() -> None:
    pair = ("ingest_data", {"symbols": ["KO", "PEP"]})
    assert of_both(heard("the news on both"), turns(OIL, pair), "symbols") == ["KO", "PEP"]


@pytest.mark.parametrize("text", ["the last two weeks", "the news please", "two names at most"])
def test_nothing_is_said_of_both(text: str) -> None:
    assert of_both(heard(text), turns(OIL, WATER), "symbols") == []


def test_features_that_were_made_go_by_their_names() -> None:
    said = (("gap", "a"), ("gap * 2", "b"))
    made = [("generate_features", {"features": [text], "name": name}) for text, name in said]
    assert of_both(heard("train on both"), turns(*made), "features") == ["auto_a", "auto_b"]


def test_both_needs_two() -> None:
    assert of_both(heard("both"), turns(OIL), "symbols") == []
    assert of_both(heard("both"), [], "symbols") == []


RIDGE = ("run_experiment", {"symbols": ["banks"], "features": ["momentum_20"], "model": "ridge"})
LOGISTIC = ("run_experiment", {"symbols": ["banks"], "features": ["momentum_20"], "model": "logistic"})
TREES = ("run_experiment", {"symbols": ["banks"], "features": ["rsi_14"]})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("go back to the ridge", RIDGE),
        ("no, back to the one before", LOGISTIC),
        ("the first one was better, take it again", RIDGE),
        ("now with momentum", None),
        ("back up my data", None),
    ],
)
def test_an_earlier_call_is_taken_up_again(text: str, wanted: tuple[str, dict[str, Any]] | None) -> None:
    call = gone_back_to(heard(text), turns(RIDGE, LOGISTIC, TREES), "run_experiment")
    assert (None if call is None else call.args) == (None if wanted is None else wanted[1])


def test_a_name_that_says_which_call_is_meant_is_no_change_to_it() -> None:
    back = Call(tool="run_experiment", args={"symbols": ["big banks"], "features": ["reversal_5"]})
    text = "go back to the one with the banks, but hedge it with the index"
    assert without_its_names(heard(text), back).symbols == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ok, and the other one", IDS[1]),
        ("present the report of the former", IDS[0]),
        ("and the latter", IDS[1]),
        ("what drove that one?", IDS[0]),
    ],
)
def test_the_experiment_that_is_meant(text: str, wanted: str) -> None:
    spoken = turns(
        ("compare_experiments", {"experiments": [IDS[0], IDS[1]]}), ("show_report", {"experiment": IDS[0]})
    )
    assert experiment_meant(heard(text), spoken) == wanted


def test_after_a_run_the_words_mean_that_run() -> None:
    spoken = turns(("show_report", {"experiment": IDS[0]}), OIL)
    assert experiments_used(spoken) == [IDS[0], None]
    assert experiment_meant(heard("why?"), spoken) is None


def test_two_experiments_are_compared_by_pointing() -> None:
    spoken = turns(("explain_experiment", {"experiment": IDS[0]}), ("explain_experiment", {"experiment": IDS[1]}))
    assert compared_with(heard("put these two side by side"), spoken, []) == [IDS[0], IDS[1]]
    assert compared_with(heard("compare it with the ridge"), spoken, [IDS[2]]) == [IDS[1], IDS[2]]
    assert compared_with(heard("compare them"), spoken, [IDS[0], IDS[2]]) == [IDS[0], IDS[2]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("the report of the January experiment", IDS[0]),
        ("open the run from 12 February 2024", IDS[1]),
        ("show me the ridge", []),  # the newest, which is the default
        ("open the Apple and Microsoft lightgbm run", IDS[1]),
        ("the IBM-only experiment, its report", IDS[0]),
    ],
)
def test_an_experiment_by_its_date_model_or_symbols(text: str, wanted: str | list[str]) -> None:
    found = fill("show_report", heard(text), STATE).get("experiment", [])
    assert found[:1] in ([wanted], wanted, [IDS[2]] if wanted == [] else [wanted])


def test_a_quarter_is_no_experiment() -> None:
    assert not heard("load Microsoft for the first quarter of 2024").of("experiment")


def test_parts_of_a_comparison_are_described() -> None:
    assert comparison(heard("compare the January experiment against the February one"), STATE, ()) == {
        "experiments": [[IDS[0], IDS[1]]]
    }
    assert comparison(heard("compare my last two"), STATE, ()) == {}
    before = turns(("compare_experiments", {"experiments": list(IDS[:2])}))
    assert comparison(heard("add the ridge one to it"), STATE, before) == {"experiments": [list(IDS)]}
    assert comparison(heard("compare my three experiments"), STATE, ()) == {"experiments": [list(IDS)]}
    assert comparison(heard("compare the first two"), STATE, ()) == {"experiments": [list(IDS[:2])]}


RULE = ("run_backtest", {"symbols": ["KO"], "entry": "rsi(14) < 30", "exit": "rsi(14) > 70"})


@pytest.mark.parametrize(
    ("text", "exit_"),
    [
        ("I find 70 over-greedy; let the sale occur above 60.", "rsi(14) > 60"),
        ("60 rather than the 70", "rsi(14) > 60"),
        ("change 70 to 65", "rsi(14) > 65"),
    ],
)
def test_a_figure_of_the_rule_is_put_in_another_ones_place(text: str, exit_: str) -> None:
    call = revised(turns(RULE), text)
    assert call is not None
    assert call.args == {**RULE[1], "exit": exit_}


def test_an_exit_is_on_what_the_rule_was_about() -> None:
    before = Call(tool=RULE[0], args=RULE[1])
    assert carry_over(before, {"exit": ["close > 55"]}, heard("sell above 55"))["exit"] == ["rsi(14) > 55"]
    held = Call(tool="run_backtest", args={"symbols": ["KO"], "entry": "close > sma(close, 200)"})
    assert carry_over(held, {"exit": ["close > 55"]}, heard("sell above 55"))["exit"] == ["close > 55"]


def test_swapping_models_names_both() -> None:
    before = Call(tool="run_experiment", args=RIDGE[1])
    text = "swap ridge for logistic"
    said = fill("run_experiment", heard(text), STATE)
    assert carry_over(before, said, heard(text))["model"] == ["logistic"]


def test_a_test_is_repeated_whatever_came_after_it() -> None:
    rule = ("run_backtest", {"symbols": ["IBM"], "entry": "close > sma(50)"})
    loaded = ("ingest_data", {"symbols": ["KO", "PEP"]})
    assert repeated_test(heard("repeat the test on those two"), turns(OIL, rule, loaded)) == "run_backtest"
    assert repeated_test(heard("repeat the load"), turns(OIL, rule, loaded)) is None
    assert repeated_test(heard("the same test again"), turns(loaded)) is None


def test_a_rule_is_returned_to_after_another_look() -> None:
    rule = ("run_backtest", {"symbols": ["Exxon"], "entry": "close > sma(100)"})
    gaps = ("show_data", {"symbols": ["IBM"], "view": "gaps"})
    back = gone_back_to(heard("Returning to my Exxon rule: how was 2020?"), turns(rule, gaps), "run_backtest")
    assert back is not None
    assert back.args == rule[1]


def test_a_run_is_told_by_its_model_beside_what_it_held() -> None:
    held = fill("explain_experiment", heard("why did the ridge run hold so much IBM"), STATE)
    assert held["experiment"] == [IDS[2]]
    assert "experiment" not in fill("explain_experiment", heard("why does it hold IBM"), STATE)
