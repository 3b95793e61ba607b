"""Numbers in words become figures; words that only look like numbers stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.planner.numbers import TENS, UNITS, find_horizons
from copilot.planner.spoken import in_figures


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("while the fifty day average sits above the two hundred", "while the 50 day average sits above the 200"),
        ("starting twenty fifteen, twelve percent vol", "starting 2015, 12 percent vol"),
        ("years two thousand to twenty ten", "years 2000 to 2010"),
        ("since nineteen ninety-five", "since 1995"),
        ("from the first of March 2009 to the thirty-first of May", "from 1 March 2009 to 31 May"),
        ("in two thousand and eight", "in 2008"),
        ("two hundred and fifty thousand dollars", "250 thousand dollars"),
        ("sixty-day momentum, two weeks out", "60-day momentum, 2 weeks out"),
        ("RSI below thirty", "RSI below 30"),
    ],
)
def test_numbers_become_figures(said: str, meant: str) -> None:
    assert in_figures(said) == meant


@pytest.mark.parametrize(
    "text",
    [
        "the two of them",
        "one more",
        "twenty-first century fox",
        "five positions",
        "a month ahead",
        "second to none",
    ],
)
def test_what_counts_nothing_stays(text: str) -> None:
    assert in_figures(text) == text


@given(st.integers(min_value=11, max_value=99))
def test_every_number_below_a_hundred_is_read(number: int) -> None:
    tens, units = {value: word for word, value in TENS.items()}, {value: word for word, value in UNITS.items()}
    word = units.get(number) or tens[number // 10 * 10] + (f"-{units[number % 10]}" if number % 10 else "")
    assert in_figures(f"above {word}, please") == f"above {number}, please"


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz 0123456789.,-", max_size=60))
def test_figures_are_left_as_they_are(text: str) -> None:
    assert in_figures(in_figures(text)) == in_figures(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [("rsi on banks, 5d, ridge", 5), ("momentum 10d", 10), ("2w out", 10)],
)
def test_a_short_length_is_a_horizon(text: str, days: int) -> None:
    assert days in [each.value for each in find_horizons(text)]


@pytest.mark.parametrize("text", ["20d momentum on banks", "the 1d bars", "200d avg", "sma 5d-high"])
def test_a_length_of_something_else_is_none(text: str) -> None:
    assert not list(find_horizons(text))
