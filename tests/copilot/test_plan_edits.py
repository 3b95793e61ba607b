"""A follow-up adds to the call before it, leaves something out of it, or takes its place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from copilot.messages import Call, LiveState
from copilot.planner.edits import WEIGHTS, edited_names, is_edit, left_figures
from copilot.planner.evidence import Evidence, gather
from copilot.planner.given_up import given_up
from copilot.planner.history import carry_over
from copilot.planner.linear import load
from copilot.tuning.words import books_version

BEFORE = Call(
    tool="run_experiment",
    args={"symbols": ["AAPL", "Google", "IBM"], "features": ["rsi_14", "momentum_20"], "max_position": 0.2},
)


def heard(text: str) -> Evidence:
    return gather(text, LiveState(), date(2026, 11, 22))


@pytest.mark.parametrize(("text", "share"), [("too tight, 25", 0.25), ("raise that cap to 35 %", 0.35)])
def test_the_only_limit_takes_the_only_figure(text: str, share: float) -> None:
    assert left_figures(BEFORE, heard(text)) == {"max_position": [share]}
    assert left_figures(BEFORE.model_copy(update={"args": {"symbols": ["IBM"]}}), heard(text)) == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("add Ford to the list", ["AAPL", "Google", "IBM", "Ford"]),
        ("and without IBM?", ["AAPL", "Google"]),
        ("drop GOOG", ["AAPL", "IBM"]),  # the name it was loaded under does not matter
        ("remove IBM from the universe", ["AAPL", "Google"]),
        ("same on Ford", None),
        ("and how'd that test have gone on Ford?", None),
        ("ford, not google", ["AAPL", "ford", "IBM"]),
        ("no tech, just google", ["google"]),
        ("oracle instead of google", ["AAPL", "oracle", "IBM"]),
        ("what about Tesla", None),
    ],
)
def test_symbols_are_added_and_left_out(text: str, names: list[str] | None) -> None:
    assert edited_names(BEFORE, heard(text), "symbols") == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("drop the RSI", ["momentum_20"]),
        ("and without momentum", ["rsi_14"]),
        ("swap RSI for volatility", ["volatility_20", "momentum_20"]),  # in its place
        ("use volatility this time", None),
    ],
)
def test_features_are_added_and_left_out(text: str, names: list[str] | None) -> None:
    assert edited_names(BEFORE, heard(text), "features") == names


@pytest.mark.parametrize("text", ["drop the cap", "and with no limit per name?", "get rid of the position limit"])
def test_settings_are_given_up(text: str) -> None:
    assert given_up(BEFORE, heard(text)) == ["max_position"]
    assert "max_position" not in carry_over(BEFORE, {}, heard(text))


def test_the_name_of_a_setting_given_up_is_no_feature() -> None:
    before = BEFORE.model_copy(update={"args": {**BEFORE.args, "max_drawdown": 0.25}})
    evidence = heard("drop the drawdown stop")
    args = carry_over(before, {"features": [evidence.features]}, evidence)
    assert "max_drawdown" not in args
    assert args["features"] == [["rsi_14", "momentum_20"]]


@pytest.mark.parametrize("text", ["show me the report", "thanks", "why did it fail?"])
def test_other_requests_change_nothing(text: str) -> None:
    assert given_up(BEFORE, heard(text)) == []
    assert edited_names(BEFORE, heard(text), "symbols") is None


def test_what_names_nothing_of_its_own_varies_the_call_before() -> None:
    assert is_edit(BEFORE, heard("since 2005 only"))
    assert is_edit(BEFORE, heard("drop the RSI"))
    assert not is_edit(BEFORE, heard("test momentum on IBM"))


@pytest.mark.parametrize("said", [{"max_position": [0.3]}])
def test_what_is_said_anew_is_not_given_up(said: dict[str, Any]) -> None:
    assert carry_over(BEFORE, said, heard("the cap at 30 % now"))["max_position"] == [0.3]


def test_the_last_name_is_never_left_out() -> None:
    alone = BEFORE.model_copy(update={"args": {**BEFORE.args, "symbols": ["IBM"]}})
    assert edited_names(alone, heard("drop IBM"), "symbols") is None


def test_the_weights_were_made_from_these_books() -> None:
    assert load(WEIGHTS).made_from == books_version()
