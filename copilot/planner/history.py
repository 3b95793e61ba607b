"""What a request takes from the turns before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from copilot.messages import Call, Turn
from copilot.planner.evidence import Evidence
from copilot.planner.fill import Candidates


def last_call(turns: Sequence[Turn], tool: str | None = None) -> Call | None:
    """Return the newest call of `tool`, or of any tool, words aside."""
    calls = [step.call for turn in turns for step in turn.steps if step.call.tool != "reply"]
    calls = [call for call in calls if tool in (None, call.tool)]
    return calls[-1] if calls else None


def last_symbols(turns: Sequence[Turn]) -> list[str]:
    """Return the symbols of the newest call that had any."""
    for turn in reversed(turns):
        for step in reversed(turn.steps):
            symbols = step.call.args.get("symbols")
            if isinstance(symbols, list | tuple) and symbols:
                return [str(symbol) for symbol in symbols]
    return []


def open_request(turns: Sequence[Turn]) -> str:
    """Return the user's words that were answered by a question and are still open; empty where there are none."""
    words: list[str] = []
    for turn in reversed(turns):
        if any(step.call.tool != "reply" for step in turn.steps) or not turn.answer.rstrip().endswith("?"):
            break
        words.insert(0, turn.user)
    return ", ".join(words)


def carry_over(previous: Call, said: Candidates, evidence: Evidence) -> Candidates:
    """Return the arguments of `previous` with what was said now in their place; features are added where asked."""
    carried: Candidates = {name: [_plain(value)] for name, value in previous.args.items() if value is not None}
    merged = {**carried, **said}
    if evidence.adds and "features" in said and "features" in carried and "symbols" not in said:
        merged["features"] = [list(dict.fromkeys([*carried["features"][0], *said["features"][0]]))]
    return merged


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
