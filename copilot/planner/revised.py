"""A figure of the last call put in another's place: "exit at 80 rather than 70", "change 30 to 25"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from copilot.messages import Call, Turn
from copilot.planner.history import last_call

PAIR = 2
_FIGURE = r"\$?(?P<{}>[0-9]+(?:\.[0-9]+)?)(?![0-9]*\.[0-9]) ?(?:%|days?|d\b)?"
_NEW_FIRST = re.compile(
    rf"{_FIGURE.format('new')}[^.;0-9]{{0,25}}?,? (?:rather than|instead of|in place of|not) (?:the )?"
    rf"{_FIGURE.format('old')}",
    re.IGNORECASE,
)
_OLD_FIRST = re.compile(
    rf"\b(?:change|replace|swap|turn|make|move|raise|lower|set|switch)\b[^.;0-9]{{0,30}}{_FIGURE.format('old')}"
    rf" (?:to|with|by|into|for) (?:an? |the )?{_FIGURE.format('new')}",
    re.IGNORECASE,
)


def revised(turns: Sequence[Turn], text: str) -> Call | None:
    """Return the newest call with one figure replaced, None where the words do not say so or it has none."""
    match = _NEW_FIRST.search(text) or _OLD_FIRST.search(text)
    before = last_call(turns)
    if before is None:
        return None
    pair = (match["old"], match["new"]) if match else _of_the_rule(before, text)
    if pair is None:
        return None
    old, new = pair
    args = {name: _replaced(value, old, new) for name, value in before.args.items()}
    return None if args == dict(before.args) else before.model_copy(update={"args": args})


def _of_the_rule(before: Call, text: str) -> tuple[str, str] | None:
    """Return the figure of a rule that is spoken of and the only other one said: "70 is greedy, let it be 60"."""
    said = list(dict.fromkeys(re.findall(r"(?<![\w.(])[0-9]+(?:\.[0-9]+)?(?![\w.%(]*\w| ?%)", text)))
    rule = " ".join(str(before.args.get(name, "")) for name in ("entry", "exit"))
    held = [each for each in said if re.search(rf"(?<![\w.]){re.escape(each)}(?![\w.])", rule)]
    if before.tool != "run_backtest" or len(said) != PAIR or len(held) != 1 or re.search(r"[()<>]", text):
        return None
    return held[0], next(each for each in said if each != held[0])


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, list | tuple):
        return [_replaced(each, old, new) for each in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return (float(new) if "." in new else int(new)) if float(old) == value else value
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return re.sub(rf"(?<![0-9.]){re.escape(old)}(?![0-9.]*[0-9])", new, value)
    return value
