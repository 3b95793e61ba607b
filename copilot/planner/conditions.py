"""Conditions in words: `RSI is below 30` -> `rsi(14) < 30`, `the close is above its 200-day average`.

A clause is an operand, a comparison and another operand or a figure; clauses are joined by "and" and "or". Operands
are read as features are (`copilot.planner.worded`), the words of comparing from `prompts/plan/rule_words.json`.
What has a name of its own is a condition too: a golden cross, the 10/30 crossover. None where nothing fits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from copilot.planner.numbers import SMALL, read_small
from copilot.planner.part import ATOM, PRODUCT, Part, compared
from copilot.planner.vocabulary import load_plan_file
from copilot.planner.windows import BEFORE, LENGTH, bars_of
from copilot.planner.worded import Reader

_FIGURE = re.compile(
    r"(?P<figure>[-\u2212]?[0-9]+(?:\.[0-9]+)?)(?P<percent> ?%| percent\b| per cent\b)?(?![\w.]*\w)"
)
_WORD = re.compile(rf"(?P<word>{SMALL}|nought)(?P<percent> percent\b| per cent\b)?(?![\w-])", re.IGNORECASE)
_UNIT = re.compile(r" ?-?(?:trading )?(?:day|bar|week|month|quarter|year|session|period)s?\b", re.IGNORECASE)
_BARE = re.compile(
    rf"(?:the |its )?(?P<length>{LENGTH})(?: one| line| simple)?"
    r"(?= (?:is|are|cross|go|move|rise|fall|climb|drop|trade|stay|get|above|below|over|under|and|or|on|for|since"
    r"|from|in|sell|exit|buy|i|we|you)\w*\b|[,.;!?]|\s*$)",
    re.IGNORECASE,
)
_EXTREME = re.compile(
    rf"(?:its |the |a )?(?:previous |prior |last )?(?P<length>{BEFORE})[ -](?P<which>high|low)(?![\w-])",
    re.IGNORECASE,
)
_JOIN = re.compile(
    r",? (?P<sign>and|or|but only if|while|with(?= (?:the |its )?(?:price|close|stock|volume|rsi|trend)\b))"
    r"(?:,? (?:also|simultaneously|at the same time"
    r"|in addition),?)?(?: only)? (?:when |if |while |once |that )?",
    re.IGNORECASE,
)
_TYPED = re.compile(r"(?:sma|ema|rsi|ts_max|ts_min|delay)\([a-z0-9_, ]*\)")  # as written, and no words for it
_FILLER = re.compile(r"(?:the|an?|its?|there is) ", re.IGNORECASE)
_TICKER = re.compile(r"[A-Z][\w.&-]*(?:'s)?(?= )")
_LEVEL = re.compile(r"(?:[<>=]|^crosses_\w+\(close,) -?[0-9.]+\)?$")
_TIMES = re.compile(
    r"(?:(?P<word>twice|double|half)|(?P<figure>[0-9]+(?:\.[0-9]+)?)(?: times|x)) (?=its )", re.IGNORECASE
)
_THROUGH_IT = re.compile(r" (?:it|that|this)\b", re.IGNORECASE)
_END = re.compile(
    r"(?: it| that| this)?\s*(?:[,.;!?]|$| (?:and|on|for|since|from|in|sell|exit|leave|buy|get out|i|we|you)\b)",
    re.IGNORECASE,
)
# "It closes", and "it is above its 200-day average" of a stock: no indicator's own average is that long.
_OF_PRICE = re.compile(
    r" (?:clos|trad)\w* |[\w ]{1,24}\b(?:its|their) [0-9]{2,3}[ -]?(?:days?|d|bars?)\b", re.IGNORECASE
)
_NOUN = r"(?P<noun>(?:(?:simple |exponential )?(?:moving[- ])?averages?|smas?|emas?|mas?))"
_BARS = r"[ -]?(?:days?|bars?|d|periods?)?"
_TO = r" ?(?:/|,|-|&|and|by|x|over|vs\.?|to) ?(?:the )?"
_PAIR = rf"(?<![\w/])(?P<a>[0-9]{{1,4}}){_BARS}{_TO}(?P<b>[0-9]{{1,4}}){_BARS}"
_LEVEL_FIRST = re.compile(
    r"(?:it is |it's )?(?P<sign>above|over|below|under) (?:an? )?rsi (?:of |at )?(?P<n>[0-9]{1,2})(?![\w.%]*\w)",
    re.IGNORECASE,
)
_RSI = re.compile(
    r"\b(?:(?P<before>[0-9]{1,2})[- ]?(?:days? |d )?)?rsi\b(?:[ (]?(?P<after>[0-9]{1,2})\)?(?![\w.%]))?",
    re.IGNORECASE,
)
_OF_AVERAGES = re.compile(r"\b(?:averages?|[se]?mas?|means?)\b", re.IGNORECASE)
_CROSS = r"cross(?:-?overs?|es|ing)?"
_CROSSOVERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_PAIR}[ -](?:{_NOUN} )?{_CROSS}\b",
        rf"\b{_NOUN} {_CROSS}(?: rule| strategy)?(?: (?:of|with|at|for|between))? \(?(?:the )?{_PAIR}\)?(?![\w/])",
        rf"\b{_CROSS} (?:of|between) (?:the )?{_PAIR} {_NOUN}\b",
        rf"{_PAIR} {_NOUN}\b(?= (?:rule|strategy|system))",
    )
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as an expression, and what the words after it may lean on.

    Attributes:
        text: the expression.
        start: where its words begin.
        end: where they end.
        subject: its first operand: "it", in what follows.
        other: its second one, for "... and sell when it crosses below".
    """

    text: str
    start: int
    end: int
    subject: str
    other: str | None = None


def words() -> Any:
    """Return the words of rules."""
    return load_plan_file("rule_words.json")


def condition_at(text: str, at: int, before: Condition | None = None) -> Condition | None:
    """Return the condition whose words begin at `at`; `before` is the one that "it" leans on."""
    found = _clause(text, at, before)
    if found is None:
        return None
    whole = found.text
    while match := _JOIN.match(text, found.end):
        following = _clause(text, match.end(), found)
        if following is None:
            break
        sign = "or" if match["sign"].lower() == "or" else "and"
        whole, found = f"{whole} {sign} {following.text}", following
    return Condition(whole, at, found.end, found.subject, found.other)


def named(text: str) -> list[Condition]:
    """Return the conditions with a name of their own, wherever they stand in `text`."""
    found = [_crossover(match) for pattern in _CROSSOVERS for match in pattern.finditer(text)]
    for pattern, value in _patterns("named"):
        found += [Condition(value, *match.span(), value) for match in pattern.finditer(text)]
    return found


def _crossover(match: re.Match[str]) -> Condition:
    fast, slow = sorted((int(match["a"]), int(match["b"])))
    name = "ema" if re.match(r"exp|ema", match["noun"] or "", re.IGNORECASE) else "sma"
    return Condition(f"{name}({fast}) > {name}({slow})", *match.span(), f"{name}({fast})", f"{name}({slow})")


def _clause(text: str, at: int, before: Condition | None) -> Condition | None:
    filler = _FILLER.match(text, at)
    places = (at,) if filler is None else (at, filler.end())
    for place in places:
        if known := next((each for each in named(text) if each.start == place), None):
            return known
    if first := _LEVEL_FIRST.match(text, at):
        return _level_first(first)
    for place in places:
        for left in _operands(text, place, before):
            if found := _state(text, at, left) or _comparison(text, at, left, before):
                return found
    name = _TICKER.match(text, at)
    found = _comparison(text, at, Part("close", ATOM, name.end()), None) if name else None
    return None if found is None or _LEVEL.search(found.text) else found  # "ADX is above 25" is about no price


def level_before(text: str) -> Condition | None:
    """Return the last "under RSI 30" of `text`, where the level is said with the indicator."""
    matches = list(_LEVEL_FIRST.finditer(text))
    return _level_first(matches[-1]) if matches else None


def rsi_before(text: str) -> Condition | None:
    """Return what "an RSI rule on Apple" says that levels are of: "buy under 30" means no price then."""
    matches = list(_RSI.finditer(text))
    if not matches:
        return None
    subject = f"rsi({matches[-1]['before'] or matches[-1]['after'] or 14})"
    return Condition(subject, *matches[-1].span(), subject)


def _level_first(match: re.Match[str]) -> Condition:
    sign = ">" if match["sign"].lower() in ("above", "over") else "<"
    return Condition(f"rsi(14) {sign} {match['n']}", *match.span(), "rsi(14)")


def _operands(text: str, at: int, before: Condition | None) -> list[Part]:
    """Return what the first operand may be, the shortest reading first: "RSI over 70" compares, and divides not."""
    reader = Reader(text, making=True)
    if typed := _TYPED.match(text, at):
        return [Part(typed[0], ATOM, typed.end(), library=False)]
    found = [_pronoun(text, at, before), reader.operand_at(at), reader.sum_at(at), _length(text, at)]
    said = [part for part in found if part is not None and part.end > at]
    return [*said, Part("close" if before is None else before.subject, ATOM, at)]  # "above 30 and below 50"


def _pronoun(text: str, at: int, before: Condition | None) -> Part | None:
    """Read "it" or "the stock": what was spoken of, and the price where a price closes or trades."""
    match = re.compile(rf"(?:{words()['stocks']})(?:'s|'re)?(?= )", re.IGNORECASE).match(text, at)
    if match is None:
        return None
    of_price = _OF_PRICE.match(text, match.end())
    leans = (
        before is not None
        and not of_price
        and re.fullmatch(words()["pronouns"], re.sub(r"'(?:s|re)$", "", match[0]), re.IGNORECASE)
    )
    return Part(before.subject if before and leans else "close", ATOM, match.end())


def _length(text: str, at: int) -> Part | None:
    """Read "the 50-day" beside another average."""
    match = _BARE.match(text, at)
    return Part(f"sma({bars_of(match['length'])})", ATOM, match.end()) if match else None


def _state(text: str, at: int, left: Part) -> Condition | None:
    """Read what needs no second operand: oversold, positive, at a new 20-day high."""
    for pattern, value in _patterns("states"):
        if match := pattern.match(text, _past_blank(text, left.end)):
            strength = left.text if left.text.startswith("rsi(") else "rsi(14)"
            bars = str(bars_of(match["n"])) if "n" in pattern.groupindex else ""
            filled = value.replace("{x}", left.text).replace("{rsi}", strength).replace("{n}", bars)
            return Condition(filled, at, match.end(), left.text)
    return None


def _comparison(text: str, at: int, left: Part, before: Condition | None) -> Condition | None:
    for pattern, sign in _patterns("compared"):
        match = pattern.match(text, _past_blank(text, left.end))
        if match is None:
            continue
        right = _right(text, match.end() + 1, left) if text[match.end() : match.end() + 1] == " " else None
        if right is None and before is not None and before.other and _END.match(text, match.end()):
            named = _THROUGH_IT.match(text, match.end())  # "drops back through it"
            right = Part(before.other, ATOM, named.end() if named else match.end())
        if right is not None and left.text.isdigit() and right.text.isdigit():  # "50 crosses above 200"
            if not (sign.startswith("crosses") or _OF_AVERAGES.search(text)):
                return None
            left, right = (replace(each, text=f"sma({each.text})") for each in (left, right))
        if right is not None:
            whole, one, other = compared(sign, left, right)
            return Condition(whole, at, right.end, one, other)
    return None


def _right(text: str, at: int, left: Part) -> Part | None:
    """Read a figure, "its 200-day average", "twice its average", or an operand."""
    start = at + len("the ") if text[at : at + 4].lower() == "the " else at
    figure = _figure(text, start)
    if figure and start > at and re.match(r"(?:sma|ema)\([0-9]+\)$", left.text) and figure.text.isdigit():
        return replace(figure, text=left.text.split("(")[0] + f"({figure.text})")  # one average above "the 200"
    if figure:
        return figure
    if typed := _TYPED.match(text, at):
        return Part(typed[0], ATOM, typed.end(), library=False)
    reader = Reader(text, making=True)
    if re.match(r"(?:sma|ema)\([0-9]+\)$", left.text):
        left = replace(left, text="close")  # "its 50-day average is above its 200-day average": of the same price
    if extreme := _EXTREME.match(text, at):
        name = "ts_max(high" if extreme["which"].lower() == "high" else "ts_min(low"
        return Part(f"delay({name}, {bars_of(extreme['length'])}), 1)", ATOM, extreme.end())
    if times := _TIMES.match(text, at):
        own = reader.its_at(times.end(), left)
        factor = {"twice": "2", "double": "2", "half": "0.5"}.get(times["word"] or "", times["figure"])
        if own is not None:
            return Part(f"{factor} * {own.text}", PRODUCT, own.end)
    return reader.its_at(at, left) or reader.sum_at(at) or _length(text, at)


def _figure(text: str, at: int) -> Part | None:
    match = _FIGURE.match(text, at) or _WORD.match(text, at)
    if match is None or _UNIT.match(text, match.end()) or text[match.end() :].startswith(" times"):
        return None
    said = match.groupdict()
    zero = (said.get("word") or "").lower() in ("nought", "zero")
    value = said.get("figure") or ("0" if zero else str(read_small(said["word"]) or ""))
    number = value.replace("\u2212", "-")
    if number and match["percent"]:
        number = f"{float(number) / 100:.12g}"
    return Part(number, ATOM, match.end(), library=False) if number else None


def _past_blank(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip(" "))


@cache
def _patterns(name: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    length = rf"(?P<n>{BEFORE})"
    return tuple(
        (re.compile(rf"(?:{pattern.replace('{n}', length)})(?![\w(])", re.IGNORECASE), value)
        for pattern, value in words()[name].items()
    )
