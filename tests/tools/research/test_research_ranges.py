"""Ranges in conditions: what they stand for, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.kernel.errors import BadRequest
from tools.research.ranges import MOST_RULES, expand


def test_a_text_without_a_range_stands_for_itself() -> None:
    assert expand("sma(close, 50) > 0.5 * sma(200)") == ("sma(close, 50) > 0.5 * sma(200)",)


def test_every_combination_in_order() -> None:
    assert expand("sma(5..15..5) > sma(50..51)") == tuple(
        f"sma({fast}) > sma({slow})" for fast in (5, 10, 15) for slow in (50, 51)
    )


@given(first=st.integers(0, 50), more=st.integers(0, 60), step=st.integers(1, 20))
def test_both_ends_are_included(first: int, more: int, step: int) -> None:
    last = first + more * step
    found = expand(f"rsi(14) < {first}..{last}..{step}")
    assert len(found) == more + 1
    assert (found[0], found[-1]) == (f"rsi(14) < {first}", f"rsi(14) < {last}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sma(9..3) > close", r"no numbers \(character 5\)"),
        ("sma(3..9..0) > close", r"no numbers \(character 5\)"),
        (f"sma(1..{MOST_RULES + 1}) > close", "1,001 rules; at most 1,000"),
    ],
)
def test_what_is_no_range_is_refused_where_it_stands(text: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        expand(text)
