"""Where a request turns to another thing without a word for it, told by the shipped weights."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.messages import LiveState
from copilot.planner.evidence import gather
from copilot.planner.joints import parts

STATE = LiveState(symbols=("AAPL", "IBM", "MSFT"))


def cut(text: str) -> list[str]:
    return [part.strip() for part in parts(gather(text, STATE, date(2026, 11, 22)), None)]


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("what data have i got, and has any of it gone into quarantine?", "has any of it gone into quarantine?"),
        ("Do the sources agree on MSFT? What was known about MSFT on 30 June 2011?",
         "What was known about MSFT on 30 June 2011?"),
        ("IBM news, and its fundamentals too pls", "its fundamentals too pls"),
    ],
)  # fmt: skip
def test_two_things_are_two_parts(text: str, second: str) -> None:
    found = cut(text)
    assert len(found) == 2
    assert found[1] == second


@pytest.mark.parametrize(
    "text",
    [
        "load AAPL and IBM, 2003 through 2009",
        "Backtest sma(10) > sma(30) on IBM, 2004 to 2008",
        "test rsi and momentum on AAPL, IBM and MSFT, top 2, ridge",
        "the feature rsi_14, it is looking in the future or not?",
        "select max(close) from bars, and show it",
    ],
)
def test_one_thing_is_one_part(text: str) -> None:
    assert cut(text) == [text]
