"""What a request takes from the turns before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copilot.messages import Call, Turn
from copilot.planner.candidates import Candidates
from copilot.planner.evidence import Evidence


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


def ranked_ids(turns: Sequence[Turn]) -> list[str]:
    """Return the experiments of the newest comparison by Sharpe ratio, highest first; empty without one."""
    for turn in reversed(turns):
        for step in reversed(turn.steps):
            rows = (step.result or {}).get("experiments")
            if step.call.tool == "compare_experiments" and isinstance(rows, list | tuple):
                ratios = {name: sharpe for row in rows for name, sharpe in _ratio(row)}
                return sorted(ratios, key=lambda name: ratios[name], reverse=True)
    return []


def _ratio(row: Any) -> list[tuple[str, float]]:
    """Return id and Sharpe ratio of one compared experiment; nothing where either is missing."""
    if not isinstance(row, Mapping):
        return []
    name, sharpe = row.get("experiment"), row.get("sharpe")
    return [(name, float(sharpe))] if isinstance(name, str) and isinstance(sharpe, int | float) else []


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
