"""Expressions in a request, typed or in words: what they are read as, and that they mean something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.planner.formula import find_expressions
from copilot.planner.making import find_names, is_making
from copilot.planner.windows import bars_of
from copilot.planner.worded import find_worded
from tools.features.catalog import FEATURES, parse_feature
from tools.features.expr import compile_expression


def typed(text: str, *, bare: bool = False) -> list[str]:
    return [mention.value for mention in find_expressions(text, bare=bare)]


def worded(text: str, *, making: bool = True) -> list[str]:
    return [mention.value for mention in find_worded(text, making=making)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("create a feature close / sma(200)", ["close / sma(200)"]),
        (
            "make rank(returns(63)) - rank(volatility(20)) and call it qual",
            ["rank(returns(63)) - rank(volatility(20))"],
        ),
        ("close > sma(200) and rsi_14 < 30 on IBM", ["close > sma(200) and rsi_14 < 30"]),
        ("rsi(14) and skew(60) on IBM", ["rsi_14", "skew_60"]),
        ("test sma(50)", ["sma_ratio_50"]),
        ("if_(close > sma(200), 1, -1) please", ["if_(close > sma(200), 1, -1)"]),
        ("does close.shift(-1) / close leak", ["close.shift(-1) / close"]),
        ("RSI(14) * foo(close, 5)", ["RSI(14) * foo(close, 5)"]),
        ("an rsi(14)-based strategy", ["rsi_14"]),
        ("open the report of the high-low study", []),
        ("load AAPL (daily) from 01/02/2003", []),
        ("buy the top(3) stocks", []),
    ],
)
def test_typed_expressions_are_taken_word_for_word(text: str, found: list[str]) -> None:
    assert typed(text) == found


def test_fields_alone_are_an_expression_only_where_a_feature_is_made() -> None:
    assert typed("a feature high - low") == []
    assert typed("a feature high - low", bare=True) == ["high - low"]
    assert typed("its 3-month high-low range", bare=True) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("14-day RSI times volume z-score", ["rsi(14) * volume_zscore(20)"]),
        ("Bollinger %b and a 60-day skew", ["bollinger_20_2", "skew_60"]),
        ("the ratio of 10-day volatility to 60-day volatility", ["volatility(10) / volatility(60)"]),
        ("the product of momentum and the gap", ["momentum(20) * gap"]),
        ("difference between two-month momentum and one year momentum", ["momentum(42) - momentum(252)"]),
        ("spread between 1-month and 6-month momentum", ["momentum(21) - momentum(126)"]),
        ("rank of 63-day returns minus rank of volatility", ["rank(returns(63)) - rank(volatility(20))"]),
        ("z-score of volume over 60 days", ["zscore(volume, 60)"]),
        ("60-day z-score of the close", ["zscore(close, 60)"]),
        ("volume over its 3-month average", ["volume / sma(volume, 63)"]),
        ("close over the 200-day moving average", ["close / sma(200)"]),
        ("50-day moving average over 200-day moving average", ["sma(50) / sma(200)"]),
        ("50-day moving average", ["sma_ratio_50"]),
        ("rsi times (momentum minus reversal)", ["rsi(14) * (momentum(20) - reversal(5))"]),
        ("momentum minus (volatility minus gap)", ["momentum(20) - (volatility(20) - gap)"]),
        ("twice the gap plus 5-day returns", ["2 * gap + returns(5)"]),
        ("average of rsi over 10 days", ["sma(rsi(14), 10)"]),
        ("close divided by the close 5 days ago minus 1", ["close / delay(close, 5) - 1"]),
        ("absolute gap times 2", ["abs(gap) * 2"]),
        ("skew squared", ["skew(60) ** 2"]),
        ("momentum over 60 days", ["momentum_60"]),
        ("distance to the 52-week high", ["high_distance_252"]),
        ("the weather in Paris", []),
    ],
)
def test_words_become_expressions_that_mean_something(text: str, found: list[str]) -> None:
    assert worded(text) == found
    for each in found:
        assert parse_feature(each) if each.replace("_", "").isalnum() else compile_expression(each)


def test_plus_joins_only_where_a_feature_is_made() -> None:
    assert worded("rsi plus momentum", making=False) == []
    assert worded("rsi plus momentum") == ["rsi(14) + momentum(20)"]
    assert worded("rsi times momentum", making=False) == ["rsi(14) * momentum(20)"]
    assert worded("the average of the close", making=False) == []


SPOKEN = [each for each in FEATURES if not each.everyday_word]


@given(
    st.sampled_from(SPOKEN),
    st.sampled_from([("times", "*"), ("divided by", "/"), ("minus", "-"), ("plus", "+")]),
    st.sampled_from(SPOKEN),
)
def test_any_two_features_can_be_joined(left, sign, right) -> None:  # type: ignore[no-untyped-def]
    words, symbol = sign
    (found,) = worded(f"{left.name.replace('_', ' ')} {words} {right.name.replace('_', ' ')}")
    expression = compile_expression(found)
    assert expression.id == compile_expression(f"{left.bind().id} {symbol} {right.bind().id}").id


@given(st.text(alphabet="rsi(14)*gap,-+/ close<>=not and.", max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for each in (*find_expressions(text, bare=True), *find_worded(text, making=True)):
        assert 0 <= each.start < each.end <= len(text)
        assert each.value.strip()


@pytest.mark.parametrize(
    ("words", "bars"),
    [
        ("14-day", 14), ("60 day", 60), ("two-month", 42), ("52-week", 252), ("one year", 252), ("a year", 252),
        ("6 weeks", 30), ("quarterly", 63), ("half a year", 126), ("twenty-five day", 25),
        ("three trading days", 3),
    ],
)  # fmt: skip
def test_lengths_in_words_are_bars(words: str, bars: int) -> None:
    assert bars_of(words) == bars


@pytest.mark.parametrize(
    ("text", "making", "name"),
    [
        ("make a feature gap * 2 and call it Loud-Gap", True, "loud_gap"),
        ("save rsi_14 * gap as a feature named foo", True, "foo"),
        ("create rsi_14 * gap as a feature under the name bar2", True, "bar2"),
        ("z-score of close as a feature", True, None),
        ("which features matter", False, None),
        ("use momentum_20 as features and AAPL as the universe; run the model", False, None),
        ("I'd love to see whether a volatility-based signal works", False, None),
        ("is my feature leaking?", False, None),
    ],
)
def test_signs_of_making_and_names(text: str, making: bool, name: str | None) -> None:
    assert is_making(text) is making
    assert [mention.value for mention in find_names(text)] == ([name] if name else [])
