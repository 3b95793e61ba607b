"""One figure of the last call in another's place."""

from __future__ import annotations

import pytest

from copilot.messages import Call, Observation, Turn
from copilot.planner.revised import revised

RULE = Call(tool="run_backtest", args={"symbols": ["IBM"], "entry": "rsi(14) < 30", "exit": "rsi(14) > 70"})
STUDY = Call(
    tool="run_experiment",
    args={"symbols": ["IBM"], "features": ["momentum_60"], "horizon_days": 5, "start": "2005-01-01"},
)


def turns(call: Call) -> list[Turn]:
    return [Turn(user="before", steps=(Observation(call=call, status="ok"),))]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("exit at 80 rather than 70", "exit", "rsi(14) > 80"),
        ("change 30 to 25", "entry", "rsi(14) < 25"),
        ("use 10 instead of 14", "entry", "rsi(10) < 30"),
    ],
)
def test_a_rule_is_revised(text: str, field: str, value: str) -> None:
    call = revised(turns(RULE), text)
    assert call is not None
    assert call.args[field] == value


def test_numbers_and_ids_are_revised_and_dates_are_not() -> None:
    call = revised(turns(STUDY), "make the horizon 5 into 10")
    assert call is not None
    assert call.args == {**STUDY.args, "horizon_days": 10}
    again = revised(turns(STUDY), "change 60 to 120")
    assert again is not None
    assert again.args["features"] == ["momentum_120"]
    assert revised(turns(STUDY), "change 2005 to 2006") is None


def test_both_levels_of_a_rule_are_revised() -> None:
    call = revised(turns(RULE), "use 25 and 75")
    assert call is not None
    assert (call.args["entry"], call.args["exit"]) == ("rsi(14) < 25", "rsi(14) > 75")
    assert revised(turns(STUDY), "use 25 and 75") is None


def test_another_feature_is_not_called_like_the_one_before() -> None:
    made = Call(tool="generate_features", args={"features": ["momentum(20) / close"], "name": "calm"})
    again, other = (
        revised(turns(made), text) for text in ("use 60 instead of 20", "another one, 60 instead of 20")
    )
    assert again is not None
    assert other is not None
    assert (again.args.get("name"), other.args) == ("calm", {"features": ["momentum(60) / close"]})


def test_nothing_is_revised_without_such_words_or_such_a_figure() -> None:
    assert revised(turns(RULE), "sell at 80") is None
    assert revised(turns(RULE), "change 31 to 25") is None
    assert revised([], "change 30 to 25") is None


CROSS = Call(tool="run_backtest", args={"symbols": ["SPY"], "entry": "sma(50) > sma(200)"})


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("what about 20 and 100 instead of 50 and 200", "sma(20) > sma(100)"),
        ("What would have happened with the 20-day and the 100-day averages instead?", "sma(20) > sma(100)"),
        ("try 50 and 100 day averages", "sma(50) > sma(100)"),
        ("use 20 and 100 days", "sma(20) > sma(100)"),
        ("hold IBM while the 20 day average is above the 100 day average", None),
        ("what about the 20 day average", None),
    ],
)
def test_the_lengths_of_two_averages_are_revised(text: str, entry: str | None) -> None:
    call = revised(turns(CROSS), text)
    assert (call and call.args["entry"]) == entry
