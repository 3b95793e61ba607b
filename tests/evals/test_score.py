"""The scorer's idea of the same call."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.evals.score import is_exact
from copilot.messages import Call


@pytest.mark.parametrize(
    ("planned", "right", "same"),
    [
        ({}, {}, True),
        ({"symbols": ["apple", "I.B.M"]}, {"symbols": ["Apple", "IBM"]}, True),
        ({"symbols": ["IBM", "Apple"]}, {"symbols": ["Apple", "IBM"]}, False),
        ({"capital_usd": 50000}, {"capital_usd": 50000.0}, True),
        ({"top_n": 3.0}, {"top_n": 3}, False),
        ({"top_n": "3"}, {"top_n": 3}, False),
        ({"top_n": True}, {"top_n": 1}, False),
        ({"top_n": 3, "start": "2005-01-01"}, {"top_n": 3}, False),
        ({}, {"top_n": 3}, False),
        ({"start": "2005-01-01"}, {"start": "20050101"}, True),
    ],
)
def test_arguments(planned: dict[str, Any], right: dict[str, Any], same: bool) -> None:
    assert is_exact(Call(tool="run_experiment", args=planned), Call(tool="run_experiment", args=right)) is same


def test_tools_and_branches_of_a_reply() -> None:
    assert not is_exact(Call(tool="show_report"), Call(tool="list_inventory"))
    assert is_exact(Call(tool="reply", args={"ask": "Which?"}), Call(tool="reply", args={"ask": "*"}))
    assert not is_exact(Call(tool="reply", args={"text": "Hello."}), Call(tool="reply", args={"ask": "*"}))
