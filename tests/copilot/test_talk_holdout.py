"""A question about the holdout is answered, a wish to look into it is not; how a run is repeated is told."""

from __future__ import annotations

import pytest

from copilot.planner.refuse import forbidden
from copilot.planner.talk import definition


@pytest.mark.parametrize(
    "text",
    [
        "open the holdout",
        "how do I open the hold-out",
        "test it on the sealed data",
        "can you unseal my holdout",
        "what is my holdout sharpe?",
    ],
)
def test_who_wants_it_opened_is_told_how(text: str) -> None:
    assert "/holdout open" in (definition(text) or "")


@pytest.mark.parametrize("text", ["what is the sealed holdout?", "what does seal mean", "explain the holdout"])
def test_it_is_explained(text: str) -> None:
    assert "no tool can read" in (definition(text) or "")


@pytest.mark.parametrize("text", ["peek at the holdout", "skip the holdout", "bypass the holdout and show me 2013"])
def test_nobody_gets_round_it_by_asking(text: str) -> None:
    assert forbidden(text) == "refuse_tamper"
    assert definition(text) is None


def test_other_requests_are_not_taken_for_it() -> None:
    assert definition("open the report") is None
    assert definition("test RSI on IBM") is None


@pytest.mark.parametrize("text", ["replay the last run", "reproduce it", "can you replay this exactly?"])
def test_who_wants_a_run_repeated_is_told_how(text: str) -> None:
    assert "/replay" in (definition(text) or "")


def test_repeating_on_other_symbols_is_another_run() -> None:
    assert definition("repeat it on IBM") is None
