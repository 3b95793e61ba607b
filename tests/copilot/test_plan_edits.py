"""A follow-up adds to the call before it, leaves something out of it, or takes its place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from copilot.messages import Call, LiveState
from copilot.planner.carried import carry_over
from copilot.planner.edits import WEIGHTS, edited_names, is_edit, some_of_before
from copilot.planner.evidence import Evidence, gather
from copilot.planner.given_up import given_up
from copilot.planner.linear import load
from copilot.planner.loose_figures import left_figures
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
        ("Coca-Cola behaves alike, include that one", ["AAPL", "Google", "IBM", "Coca-Cola"]),
    ],
)
def test_symbols_are_added_and_left_out(text: str, names: list[str] | None) -> None:
    assert edited_names(BEFORE, heard(text), "symbols") == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("drop the RSI", ["momentum_20"]),
        ("then throw the rsi out and go again", ["momentum_20"]),
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


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hourly for the first two", ["AAPL", "Google"]),
        ("just the last stock", ["IBM"]),
        ("drop IBM from that list and load it again", ["AAPL", "Google"]),
        ("for the first two weeks", None),
        ("and Ford", None),
    ],
)
def test_some_of_the_symbols_before(text: str, names: list[str] | None) -> None:
    assert some_of_before(BEFORE, heard(text)) == names


def test_a_limit_is_halved_and_dates_are_not_dropped_by_a_stop() -> None:
    assert left_figures(BEFORE, heard("halve that limit")) == {"max_position": [0.1]}
    volatile = BEFORE.model_copy(update={"args": {"symbols": ["IBM"], "target_volatility": 0.12}})
    assert left_figures(volatile, heard("cap each position at 10 %")) == {}  # it is of another setting
    dated = BEFORE.model_copy(update={"args": {**BEFORE.args, "start": "2005-01-01"}})
    assert given_up(dated, heard("stop if it loses 20 percent")) == []


def test_a_file_of_the_same_folder_and_bars_after_the_news() -> None:
    before = Call(tool="ingest_data", args={"symbols": ["SBIN"], "path": "/data/nse/sbin.csv"})
    said = {"symbols": [["ITC"]], "path": ["itc.csv"]}
    assert carry_over(before, said, heard("the same for itc.csv, in the same folder"))["path"] == [
        "/data/nse/itc.csv"
    ]
    news = Call(tool="ingest_data", args={"symbols": ["BA"], "kind": "news", "start": "2024-01-01"})
    assert "kind" not in carry_over(news, {}, heard("then its daily price bars"))
    assert "kind" in carry_over(news, {"start": ["2020-01-01"]}, heard("from 2020 instead"))
