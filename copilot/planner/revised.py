"""A figure of the last call put in another's place: "exit at 80 rather than 70", "change 30 to 25"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from copilot.messages import Call, Turn
from copilot.planner.history import last_call
from copilot.planner.symbols import find_symbols

PAIR = 2
_FIGURE = r"\$?(?P<{}>[0-9]+(?:\.[0-9]+)?)(?![0-9]*\.[0-9]) ?(?:%|days?|d\b)?"
_NEW_FIRST = re.compile(
    rf"{_FIGURE.format('new')}[^.;0-9]{{0,25}}?,? (?:rather than|instead of|in place of|not) (?:the )?"
    rf"{_FIGURE.format('old')}",
    re.IGNORECASE,
)
_TWO_NEW = re.compile(
    r"\b(?P<a>[0-9]+)(?: ?days?| ?d)? ?(?:and|/|,|over|x) ?(?:the )?(?P<b>[0-9]+)(?: ?days?"
    r"| ?d)?,? (?:rather than|instead of"
    r"|in place of|not) (?:the )?(?P<c>[0-9]+)(?: ?days?| ?d)? ?(?:and|/|,|over|x) ?(?:the )?(?P<d>[0-9]+)\b",
    re.IGNORECASE,
)
_OLD_FIRST = re.compile(
    rf"\b(?:change|replace|swap|turn|make|move|raise|lower|set|switch)\b[^.;0-9]{{0,30}}{_FIGURE.format('old')}"
    rf" (?:to|with|by|into|for) (?:an? |the )?{_FIGURE.format('new')}",
    re.IGNORECASE,
)
_AVERAGES = re.compile(
    r"\b(?:averages?|smas?|emas?|mas?|lines?|cross(?:over|ing)?s?|days? (?:one|instead))\b", re.IGNORECASE
)
_VARIES = re.compile(
    r"\b(?:instead|rather)\b|^\W*(?:and|now|then|what (?:about|if|would)|how about|try|with|use|make it|same)\b",
    re.IGNORECASE,
)
_LEVELS = re.compile(  # "use 30 and 70"
    r"(?:(?:and|now|use|try|with|make (?:it|that|them)|what about|how about|rather|instead|levels?|of|at"
    r"|same with)\b[, ]*)+"
    r"(?P<one>[0-9]+(?:\.[0-9]+)?) ?(?:and|/|,|&) ?(?P<two>[0-9]+(?:\.[0-9]+)?)(?:[ -]?days?)?(?: instead"
    r"| please| then)*",
    re.IGNORECASE,
)
_ANOTHER = re.compile(r"\b(?:another|also|as well|too|an? (?:second|new) one|make one)\b", re.IGNORECASE)
_MORE = re.compile(r"[()<>]|\b(?:since|from|until|till|start\w*|end\w*|above|below|over|under)\b", re.IGNORECASE)


def revised(turns: Sequence[Turn], text: str) -> Call | None:
    """Return the newest call with one figure replaced, None where the words do not say so or it has none."""
    before = last_call(turns)
    if before is None:
        return None
    pairs = _as_said(text) or _of_averages(before, text) or _of_the_rule(before, text)
    marks = [f"<{chr(ord('a') + number)}>" for number in range(len(pairs))]
    args = dict(before.args)
    for mark, (old, _) in zip(marks, pairs, strict=True):  # by way of marks, for "20 and 50" in place of 50 and 200
        args = {name: _replaced(value, old, mark) for name, value in args.items()}
    for mark, (_, new) in zip(marks, pairs, strict=True):
        args = {name: _marked(value, mark, new) for name, value in args.items()}
    if args == dict(before.args):
        return None
    kept = {name: value for name, value in args.items() if name != "name" or not _ANOTHER.search(text)}
    return before.model_copy(update={"args": kept})


def _as_said(text: str) -> list[tuple[str, str]]:
    """Return old and new figures where both are said: "30 rather than 25"."""
    if two := _TWO_NEW.search(text):
        return [(two["c"], two["a"]), (two["d"], two["b"])]
    one = _NEW_FIRST.search(text) or _OLD_FIRST.search(text)
    return [(one["old"], one["new"])] if one else []


def _of_the_rule(before: Call, text: str) -> list[tuple[str, str]]:
    """Return the figure of a rule that is spoken of and the only other one said: "70 is greedy, let it be 60"."""
    said = list(dict.fromkeys(re.findall(r"(?<![\w.(])[0-9]+(?:\.[0-9]+)?(?![\w.%(]*\w| ?%)", text)))
    if pair := _LEVELS.fullmatch(text.strip(" .!?,")):
        ends = [re.search(r" [<>]=? (-?[0-9.]+)$", str(before.args.get(name, ""))) for name in ("entry", "exit")]
        new = (pair["one"], pair["two"])
        return [(end[1], said) for end, said in zip(ends, new, strict=True) if end] if all(ends) else []
    rule = " ".join(str(before.args.get(name, "")) for name in ("entry", "exit"))
    held = [each for each in said if re.search(rf"(?<![\w.]){re.escape(each)}(?![\w.])", rule)]
    if before.tool != "run_backtest" or len(said) != PAIR or len(held) != 1 or re.search(r"[()<>]", text):
        return []
    return [(held[0], next(each for each in said if each != held[0]))]


def _of_averages(before: Call, text: str) -> list[tuple[str, str]]:
    """Return the lengths of the averages in a rule with those now said: "with the 20 and the 100 day averages"."""
    rule = f"{before.args.get('entry', '')} {before.args.get('exit', '')}"
    held = list(dict.fromkeys(re.findall(r"\b[se]ma\((?:close, )?([0-9]+)\)", rule)))
    said = list(dict.fromkeys(re.findall(r"(?<![\w.(])([0-9]{1,3})(?:[ -]?days?|d)?\b(?![.%]| ?%)", text)))
    plain = _LEVELS.fullmatch(text.strip(" .!?,")) is not None
    spoken = before.tool == "run_backtest" and (plain or (_AVERAGES.search(text) and _VARIES.search(text)))
    if not spoken or _MORE.search(text) or any(find_symbols(text, ())):
        return []  # more than the lengths, or another rule
    pairs = list(zip(sorted(held, key=int), sorted(said, key=int), strict=False))
    return pairs if len(held) == len(said) and held != said else []


def _marked(value: Any, mark: str, new: str) -> Any:
    """Return a value with `new` where the mark stands; a figure that was marked becomes one again."""
    if isinstance(value, list):
        return [_marked(each, mark, new) for each in value]
    if value == mark:
        return float(new) if "." in new else int(new)
    return value.replace(mark, new) if isinstance(value, str) else value


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, list | tuple):
        return [_replaced(each, old, new) for each in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return new if float(old) == value else value
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return re.sub(rf"(?<![0-9.]){re.escape(old)}(?![0-9.]*[0-9])", new, value)
    return value
