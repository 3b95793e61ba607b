"""Trading rules in a request: what words are read as, what is asked or refused, what a follow-up keeps."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.messages import Call, LiveState, Observation, Plan, Turn
from copilot.planner.conditions import condition_at
from copilot.planner.evidence import gather
from copilot.planner.first import FirstPlanner
from copilot.planner.offers import offers
from copilot.planner.refuse import forbidden
from copilot.planner.request import Request, repeats
from copilot.planner.rule import find_rule, without_orders
from copilot.planner.talk import reply
from tests.copilot.test_plan_first import FirstAdmitted
from tools.features.expr import compile_expression

STATE = LiveState(symbols=("AAPL", "GOOG", "IBM", "MSFT"), features=("rsi_14",))


def plan(*turns: Turn | str) -> Plan:
    planner = FirstPlanner(FirstAdmitted(), lambda: date(2026, 11, 22))
    return planner.plan([Turn(user=each) if isinstance(each, str) else each for each in turns], STATE)


def done(user: str, **args: Any) -> Turn:
    return Turn(user=user, steps=(Observation(call=Call(tool="run_backtest", args=args), status="ok", result={}),))


@pytest.mark.parametrize(
    ("words", "expression"),
    [
        ("RSI is below 30", "rsi(14) < 30"),
        ("RSI drops under 30 and the close is over its 9-day average", "rsi(14) < 30 and close > sma(9)"),
        ("5-day RSI is at least 70 or above twice its 9-day mean", "rsi(5) >= 70 or rsi(5) > 2 * sma(rsi(5), 9)"),
        ("volume is above 3 times its 20-day average", "volume > 3 * sma(volume, 20)"),
        ("20-day momentum is positive", "momentum(20) > 0"),
        ("the 5-day moving average crosses below the 20-day one", "crosses_below(sma(5), sma(20))"),
        ("the price is above its exponential 50-day average", None),
        ("it trades above its 20-day high", "close > delay(ts_max(high, 20), 1)"),
        ("returns fall below -3%", "returns(1) < -0.03"),
        ("IBM closes above its 200-day average", "close > sma(200)"),
        ("the stock is oversold", "rsi(14) < 30"),
        ("volatility is above thirty percent", "volatility(20) > 0.3"),
        ("the 10/30 crossover", "sma(10) > sma(30)"),
        ("they're above their 100-day average", "close > sma(100)"),
        ("under RSI 30", "rsi(14) < 30"),
        ("the rsi of 14 is over 50", "rsi(14) > 50"),
        ("14 is over 50", None),
        ("ADX is above 25", None),
        ("the moon is full", None),
        ("interest rates are above 3%", None),
    ],
)  # fmt: skip
def test_conditions_in_words(words: str, expression: str | None) -> None:
    found = condition_at(words, 0)
    assert (found and found.text) == expression
    if found is not None:
        assert compile_expression(found.text).type == "boolean"
        assert found.end == len(words)


@given(
    st.text(max_size=80)
    | st.from_regex(r"(buy|sell|when|if|it|RSI|is|above|below|its|50-day|average|[0-9]{1,3}|and| |,)*")
)
def test_any_words_are_read_without_a_fault_and_mean_something(text: str) -> None:
    for mention in find_rule(text):
        assert mention.kind in ("entry", "exit")
        assert 0 <= mention.start < mention.end <= len(text) + 1


def test_both_orders_of_words_mean_the_same() -> None:
    one = plan("buy AAPL when RSI is below 30 and sell when it is above 70").call
    other = plan("when RSI is below 30 buy AAPL, when it is above 70 sell").call
    assert one == other
    assert one == Call(
        tool="run_backtest", args={"symbols": ["AAPL"], "entry": "rsi(14) < 30", "exit": "rsi(14) > 70"}
    )


def test_half_of_a_rule_is_asked_about_and_never_dropped() -> None:
    for words in (
        "buy IBM when RSI is below 30 and sell when the mood changes",
        "buy IBM when RSI is below 30 and sell after a week",
        "backtest a moving average crossover on GOOG",
        "backtest a strategy that buys IBM when the moon is full",
    ):
        assert plan(words).call == Call(tool="reply", args={"ask": reply("ask_condition")})
    assert plan("go long when close > sma(200)").call.args == {"ask": reply("ask_symbols_experiment")}


def test_orders_stay_refused_and_wishes_are_asked_about() -> None:
    for words in ("buy 50 shares of Tesla when RSI is below 30", "can you buy IBM for me when RSI drops under 30"):
        assert plan(words).call.args == {"refuse": reply("refuse_broker")}
    assert forbidden("short selling scares me, only longs please") is None
    assert without_orders("buy IBM when close > sma(20)") == "hold IBM when close > sma(20)"
    assert "costs" in plan("backtest close > sma(20) on IBM without costs").call.args["ask"]
    assert "top 5" in plan("hold the top 5 tech stocks while momentum is positive").call.args["ask"]


def test_a_feature_of_the_same_words_stays_a_feature() -> None:
    assert plan("make a feature close > sma(200)").call.tool == "generate_features"
    assert plan("does close > sma(200) predict IBM").call.tool == "run_experiment"
    assert plan("backtest sma(50) on IBM").call.tool == "run_experiment"


def test_a_follow_up_varies_the_rule_and_a_new_rule_takes_no_old_exit() -> None:
    before = done("...", symbols=["IBM"], entry="rsi(14) < 30", exit="rsi(14) > 70")
    assert plan(before, "now on MSFT").call.args == {
        "symbols": ["MSFT"],
        "entry": "rsi(14) < 30",
        "exit": "rsi(14) > 70",
    }
    plainly = plan("buy QQQ above its 200 day average").call.args
    assert plainly == {"symbols": ["QQQ"], "entry": "close > sma(200)"}
    sold = plan(before, "sell at 60 already").call.args
    assert (sold["entry"], sold["exit"]) == ("rsi(14) < 30", "rsi(14) > 60")
    elsewhere = plan(before, "now the same rule on MSFT, exit at 55").call.args
    assert (elsewhere["symbols"], elsewhere["exit"]) == (["MSFT"], "rsi(14) > 55")
    bought = plan(before, "buy below 25 instead").call.args
    assert (bought["entry"], bought["exit"]) == ("rsi(14) < 25", "rsi(14) > 70")
    also = plan(before, "only buy if it is also above its 200 day average").call.args
    assert also["entry"] == "rsi(14) < 30 and close > sma(200)"
    assert plan(before, "how would that rule have done on Nike?").call.args["symbols"] == ["Nike"]
    assert plan(before, "same since 2008").call.args["start"] == "2008-01-01"
    assert plan(before, "now hold it while close > sma(50)").call.args == {
        "symbols": ["IBM"],
        "entry": "close > sma(50)",
    }


@pytest.mark.parametrize(
    ("words", "entry", "leave"),
    [
        ("AAPL: buy rsi(2) < 10, sell close > sma(5)", "rsi(2) < 10", "close > sma(5)"),
        ("rule is rsi(2) < 10 in and rsi(2) > 70 out, on AAPL", "rsi(2) < 10", "rsi(2) > 70"),
        ("buy AAPL when rsi < 30 and sell when rsi > 70", "rsi(14) < 30", "rsi(14) > 70"),
        (
            "buy AAPL the day its 50 day average crosses above the 200 day average, sell the day it crosses below",
            "crosses_above(sma(50), sma(200))",
            "crosses_below(sma(50), sma(200))",
        ),
        ("Buy Apple under RSI 30, out over 70", "rsi(14) < 30", "rsi(14) > 70"),
    ],
)
def test_both_halves_of_a_rule_are_heard(words: str, entry: str, leave: str) -> None:
    found = {each.kind: each.value for each in find_rule(words)}
    assert found == {"entry": entry, "exit": leave}


def test_a_condition_for_leaving_is_no_entry() -> None:
    said = gather("backtest IBM, selling whenever the RSI exceeds 70", STATE, date(2026, 11, 22))
    assert "entry" not in offers("run_backtest", said, STATE)


def test_a_condition_more_joins_the_rule_before() -> None:
    before = done("...", symbols=["IBM"], entry="rsi(14) < 30", exit="rsi(14) > 70")
    more = plan(before, "and only when volatility(20) < 0.4").call.args
    assert more["entry"] == "rsi(14) < 30 and volatility(20) < 0.4"
    other = plan(before, "the same with ema(150)").call  # no such part in it
    assert other.args != before.steps[0].call.args


@pytest.mark.parametrize(
    ("words", "entry", "leave"),
    [
        ("backtest an rsi rule on Apple, in below 30, out above 70", "rsi(14) < 30", "rsi(14) > 70"),
        ("buy when the rsi goes under 30, flat over 65, on AAPL", "rsi(14) < 30", "rsi(14) > 65"),
        ("Out: RSI 2 over 80. In: RSI 2 under 10 with price above the 200-day simple. MSFT.",
         "rsi(2) < 10 and close > sma(200)", "rsi(2) > 80"),
        ("Suppose we bought IBM whenever the 10-day RSI was under 25 and let go once it was over 60",
         "rsi(10) < 25", "rsi(10) > 60"),
        ("AAPL: long below rsi 30, out above 70", "rsi(14) < 30", "rsi(14) > 70"),
        ("a 5-day rsi strategy for IBM: buy under 20, sell over 60", "rsi(5) < 20", "rsi(5) > 60"),
        ("buy IBM when it closes above 100 and sell below 80", "close > 100", "close < 80"),
        ("buys when the 50 day average crosses up over the 200 day one and sells when it crosses back down",
         "crosses_above(sma(50), sma(200))", "crosses_below(sma(50), sma(200))"),
    ],
)  # fmt: skip
def test_levels_are_of_what_was_spoken_of(words: str, entry: str, leave: str) -> None:
    assert {each.kind: each.value for each in find_rule(words)} == {"entry": entry, "exit": leave}


@pytest.mark.parametrize(
    "answer", ["let's say rsi under 35, and i sell when it's over 65", "rsi under 35, out over 65"]
)
def test_conditions_answer_the_question_about_them(answer: str) -> None:
    asked = Turn(
        user="how would I have done since 2015 if I'd bought IBM whenever it was cheap?", answer="When then?"
    )
    found = plan(asked, answer).call
    said = {"entry": "rsi(14) < 35", "exit": "rsi(14) > 65", "start": "2015-01-01"}
    assert (found.tool, dict(found.args)) == ("run_backtest", {"symbols": ["IBM"], **said})


def test_the_same_test_is_not_run_again_for_words_that_change_nothing() -> None:
    rule = done("hold IBM while close > sma(200)", symbols=["IBM"], entry="close > sma(200)")
    for text, wanted in (("try a simpler model", True), ("run it again", False), ("repeat that test", False)):
        request = Request(gather(text, STATE, date(2026, 11, 22)), (rule,), STATE)
        assert repeats(rule.steps[0].call, request) is wanted, text
        assert not repeats(Call(tool="run_backtest", args={"symbols": ["AAPL"]}), request)
