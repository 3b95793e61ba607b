from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.references import Source, assumed_numbers, resolve, stated_numbers
from tools.kernel.errors import GateFailed
from tools.kernel.types import Fraction, Ratio, Record, Usd


class Inner(Record):
    sharpe: Ratio | None
    cagr: Fraction


class Outer(Record):
    oos: Inner
    lines: tuple[Inner, ...]
    by_name: dict[str, Inner]
    cash_usd: Usd


INNER = {"sharpe": 0.4816, "cagr": 0.0739}
SOURCES = {
    "last": Source(
        Outer,
        {
            "oos": INNER,
            "lines": [INNER, {"sharpe": None, "cagr": -0.5}],
            "by_name": {"index": INNER},
            "cash_usd": -1234.5,
        },
    )
}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Sharpe {last.oos.sharpe}", "Sharpe 0.48"),
        ("{last.oos.cagr} a year", "7.4 % a year"),
        ("{last.lines.1.sharpe} and {last.lines.1.cagr}", "undefined and -50.0 %"),
        ("{last.by_name.index.cagr}", "7.4 %"),
        ("{last.cash_usd}", "-$1,234.50"),
        ("no reference, {just} braces", "no reference, {just} braces"),
    ],
)
def test_references_are_formatted_by_their_unit(text: str, shown: str) -> None:
    assert resolve(text, SOURCES) == shown


@pytest.mark.parametrize("text", ["{exp_3.oos.sharpe}", "{last.oos.alpha}", "{last.lines.7.sharpe}"])
def test_an_unresolved_reference_blocks_the_answer(text: str) -> None:
    with pytest.raises(GateFailed) as caught:
        resolve(f"It made {text}.", SOURCES)
    assert caught.value.promise == "P1"


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("what would you trade with 50k", 50_000),
        ("put $25,000 to work", 25_000),
        ("a quarter million", 250_000),
        ("half a million dollars", 500_000),
        ("two million", 2_000_000),
        ("with 10 grand", 10_000),
        ("top three names", 3),
        ("1.5m", 1_500_000),
    ],
)
def test_amounts_in_words_count_as_said(said: str, number: float) -> None:
    assert number in stated_numbers(said)
    assert assumed_numbers({"capital_usd": number}, said) == ()


def test_a_number_nobody_said_is_assumed() -> None:
    assert assumed_numbers({"capital_usd": 50_000.0, "top_n": 3}, "trade with 50k") == ("top_n",)
    assert assumed_numbers({"weights": [1, 7]}, "one and eight") == ("weights",)
    assert assumed_numbers({"flag": True, "name": "rsi_14"}, "") == ()


@given(st.integers(min_value=0, max_value=10**9))
def test_any_number_said_in_digits_is_stated(number: int) -> None:
    assert float(number) in stated_numbers(f"use {number:,} of it")
    assert json.dumps(assumed_numbers({"n": number}, f"use {number}")) == "[]"
