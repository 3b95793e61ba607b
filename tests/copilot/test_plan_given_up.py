"""Settings of the call before that are done without."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.messages import Call, LiveState
from copilot.planner.evidence import gather
from copilot.planner.given_up import given_up

BEFORE = Call(
    tool="run_experiment",
    args={"symbols": ["banks"], "features": ["rsi_14"], "top_n": 2, "book": "long_short", "start": "2010-01-01"},
)
CAPPED = Call(tool="run_experiment", args={"symbols": ["banks"], "features": ["rsi_14"], "max_position": 0.6})
RULE = Call(tool="run_backtest", args={"symbols": ["IBM"], "entry": "rsi(14) < 30", "exit": "rsi(14) > 70"})
HELD = Call(tool="propose_trades", args={"capital_usd": 40000, "max_positions": 3})


@pytest.mark.parametrize(
    ("before", "text", "names"),
    [
        (BEFORE, "ok no shorts then, the rest stays", ["book"]),
        (BEFORE, "nah drop the date again", ["start"]),
        (BEFORE, "what if you leave out the date restriction", ["start"]),
        (CAPPED, "take that limit back", ["max_position"]),
        (HELD, "No limit on the number of names, please", ["max_positions"]),
        (RULE, "lose the sell rule", ["exit"]),
        (RULE, "drop the exit condition", ["exit"]),
        (BEFORE, "no, on IBM please", []),
        (BEFORE, "long short without the date", ["start"]),
        (BEFORE, "and drop the rsi again", []),
        (BEFORE, "Same, but on IBM", []),
        (BEFORE, "Same, but with ridge", []),
    ],
)
def test_what_is_given_up(before: Call, text: str, names: list[str]) -> None:
    assert given_up(before, gather(text, LiveState(), date(2026, 11, 22))) == names
