"""Options of an experiment are heard as said, and nothing that only resembles them is."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.planner.options import find_options
from copilot.references import assumed_numbers
from tests.copilot.test_plan_first import done, plan


def options(text: str) -> dict[str, Any]:
    return dict(mention.value for mention in find_options(text))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("beta neutral", {"book": "beta_neutral"}),
        ("with a training window that keeps growing", {"split": "anchored"}),
        ("cross-validated combinatorially", {"combinatorial": True}),
        ("as a market-neutral strategy", {"book": "beta_neutral"}),
        ("hedged", {"book": "beta_neutral"}),
        ("hedged with the index", {"book": "beta_neutral"}),
        ("long short", {"book": "long_short"}),
        ("long/short", {"book": "long_short"}),
        ("with an expanding window", {"split": "anchored"}),
        ("anchored", {"split": "anchored"}),
        ("triple barrier labels", {"label": "triple_barrier"}),
        ("target 10 % volatility", {"target_volatility": 0.1}),
        ("with a 12.5% vol target", {"target_volatility": 0.125}),
        ("cap positions at 20 %", {"max_position": 0.2}),
        ("at most 7 percent in any one stock", {"max_position": 0.07}),
        ("stop at 15 % drawdown", {"max_drawdown": 0.15}),
        ("stop trading once the drawdown reaches 30%", {"max_drawdown": 0.3}),
        ("with combinatorial cross-validation", {"combinatorial": True}),
    ],
)
def test_what_is_said_is_heard(words: str, said: dict[str, Any]) -> None:
    assert options(words) == said
    planned = plan(f"test momentum on IBM and Apple, {words}")
    assert planned.call.args == {"symbols": ["IBM", "Apple"], "features": ["momentum_20"], **said}
    assert not planned.unheard
    assert not assumed_numbers(planned.call.args, words)


@pytest.mark.parametrize(
    "words", ["hedged with SPY", "with a 2% stop loss", "10-fold cross-validation", "a 4 year expanding window"]
)
def test_what_only_resembles_an_option_is_asked_about(words: str) -> None:
    assert plan(f"test momentum on IBM, {words}").call.tool == "reply"


@pytest.mark.parametrize("words", ["what was the maximum drawdown", "volatility over 20 days", "top 3 positions"])
def test_other_words_are_no_option(words: str) -> None:
    assert not options(words)


def test_an_option_is_added_to_the_run_before() -> None:
    before = done(
        "test momentum on IBM", "run_experiment", symbols=["IBM"], features=["momentum_20"], model="ridge"
    )
    assert plan(before, "now beta neutral").call.args == {
        "symbols": ["IBM"],
        "features": ["momentum_20"],
        "model": "ridge",
        "book": "beta_neutral",
    }


def test_a_ticket_is_long_only() -> None:
    assert "only buys" in str(plan("trade the last experiment with 50k, market neutral").call.args["ask"])
