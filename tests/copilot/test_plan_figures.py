"""Figures are told by their neighbours, in phrasings that no rule knows; what has none stays unexplained."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.planner.figures import figures_in, find_settings, weights
from copilot.tuning.words import books_version


def settings(text: str) -> dict[str, Any]:
    found = {}
    for mention in find_settings(text):
        name, value = mention.value if mention.kind == "option" else (mention.kind, mention.value)
        found[name] = value
    return found


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("at 12.5 % or twelve per cent", [("share", 0.125), ("share", 0.12)]),
        ("a quarter of the book", [("share", 0.25), ("length", 63)]),
        ("held for two weeks in 7 names", [("length", 10), ("count", 7)]),
        ("a fortnight", [("length", 10)]),
        ("weekly", [("length", 5)]),
        ("$50,000 and two hundred thousand in 2004-05-01", []),
        ("10% of 3", [("share", 0.1), ("count", 3)]),
    ],
)
def test_figures_have_a_kind_and_a_value(text: str, kinds: list[tuple[str, float]]) -> None:
    found = [(each.kind, each.value) for each in figures_in(text) if each.value < 1000]
    assert sorted(found) == sorted(kinds)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "momentum on the chip stocks, no name above 20%, 12% vol",
            {"max_position": 0.2, "target_volatility": 0.12},
        ),
        ("RSI on IBM, and everything is sold for good at 30 % off the peak", {"max_drawdown": 0.3}),
        ("each of them at most a tenth of the money", {"max_position": 0.1}),
    ],
)
def test_settings_are_told_by_their_neighbours(text: str, wanted: dict[str, Any]) -> None:
    assert settings(text) == wanted


def test_the_name_of_a_setting_is_part_of_it() -> None:
    text = "volatility scaled to fifteen percent a year"
    assert [text[each.start : each.end] for each in find_settings(text)] == ["volatility scaled to fifteen percent"]


@pytest.mark.parametrize(
    "text", ["IBM fell 20 % in 2008", "I am 30 years old", "what is a 5 % significance level?", "load IBM"]
)
def test_other_figures_are_left_alone(text: str) -> None:
    assert settings(text) == {}


@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    for figure in figures_in(text):
        assert 0 <= figure.start < figure.end <= len(text)
        assert figure.value > 0
    list(find_settings(text))


def test_the_weights_were_made_from_these_books() -> None:
    assert weights().made_from == books_version(), "run: slq model tune --words-only --out prompts/tuning"
