"""Fill the slots of a phrase: names and words from the pools, their values from the planner's own resolvers.

A phrase says `{period}`; a pool says "since 2015"; the resolver says `start 2015-01-01`. The pools are split in
two, so that what is held out names companies, dates and amounts that training never saw.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import prompts
from copilot.messages import LiveState
from copilot.planner.dates import find_periods
from copilot.planner.evidence import Evidence, gather, period_of
from copilot.planner.experiments import find_experiments, in_order, resolve
from copilot.planner.numbers import TENS, UNITS

TODAY = date(2026, 11, 22)  # relative dates are counted from here; the prompt shows them resolved
POOLS = "slots.json"  # in prompts/tuning/, beside the books
HELD_EVERY = 6  # of the pools' entries, and of the wordings
SLIPS = 0.12  # of the wordings get a typing slip
_LENGTHS = (1, 1, 1, 2, 2, 3, 4)
_SHARES = {
    "vol": (5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 18, 20, 25),
    "pos": (5, 7, 8, 10, 12, 15, 20, 25, 30, 33, 40, 50, 60),
    "dd": (5, 8, 10, 12, 15, 18, 20, 25, 30, 35, 40, 45, 50),
}
_FRACTIONS = {5: "a twentieth", 10: "a tenth", 20: "a fifth", 25: "a quarter", 50: "half"}
_TIMES = (
    ("one day", 1), ("2 days", 2), ("three days", 3), ("3 trading days", 3), ("five days", 5), ("5 days", 5),
    ("10 days", 10), ("ten trading days", 10), ("15 days", 15), ("20 days", 20), ("21 days", 21), ("60 days", 60),
    ("a week", 5), ("one week", 5), ("1 week", 5), ("two weeks", 10), ("2 weeks", 10), ("three weeks", 15),
    ("a fortnight", 10), ("four weeks", 20), ("a month", 21), ("one month", 21), ("2 months", 42),
    ("two months", 42), ("three months", 63), ("3 months", 63), ("a quarter", 63),
)  # fmt: skip
_WORD_OF = {value: word for word, value in (UNITS | TENS).items()}
_IN_WORDS, _IN_PARTS = 0.3, 0.2  # so often


class Unreadable(Exception):
    """A phrase of a pool that the resolvers do not understand."""


def fill_slot(
    name: str, draw: random.Random, state: LiveState, *, held: bool, small: bool = False
) -> tuple[str, Any]:
    """Return words for the slot `name`, in small letters if wanted, and the value they stand for.

    Raises:
        Unreadable: the resolvers do not understand the words.
        KeyError: there is no such slot.
    """
    if name == "symbols":
        words, names = _symbols(draw, held=held)
        return (words.lower(), [each.lower() for each in names]) if small else (words, names)
    if name == "features":
        return _features(draw, state, held=held)
    phrase = draw.choice(_pool(name, held))
    if "{" in phrase:
        return _measured(name, phrase, draw)
    phrase = phrase.lower() if small and name == "symbol" else phrase
    reader = _READERS.get(name)
    value = reader(phrase, state) if reader else phrase
    if value is None or value == []:
        raise Unreadable(f"{name}: {phrase}")
    return phrase, value


def _measured(name: str, phrase: str, draw: random.Random) -> tuple[str, Any]:
    """Return a phrase with a figure put in for `{n}` or a length of time for `{len}`, and the value of that."""
    if "{len}" in phrase:
        words, days = draw.choice(_TIMES)
        return phrase.replace("{len}", words), days
    if name == "top":
        many = draw.choice((2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30))
        return phrase.replace("{n}", _number(many, draw)), many
    share = draw.choice(_SHARES[name])
    if name != "vol" and share in _FRACTIONS and draw.random() < _IN_PARTS:
        return phrase.replace("{n}", _FRACTIONS[share]), share / 100
    form = draw.choice(("{}%", "{}%", "{} %", "{} percent", "{} per cent", "{} pct"))
    said = _number(share, draw) if "cent" in form else str(share)
    return phrase.replace("{n}", form.format(said)), share / 100


def _number(number: int, draw: random.Random) -> str:
    """Return a number below 100 in figures, now and then in words."""
    if draw.random() >= _IN_WORDS:
        return str(number)
    tens, rest = number - number % 10, number % 10
    if number in _WORD_OF:
        return _WORD_OF[number]
    return f"{_WORD_OF[tens]}-{_WORD_OF[rest]}"


def slipped(wording: str, draw: random.Random) -> str:
    """Return a wording, now and then with a letter lost, doubled or swapped in one of its longer words."""
    words = list(re.finditer(r"(?<![{\w])[a-z]{5,}(?![}\w])", wording))
    if not words or draw.random() >= SLIPS:
        return wording
    word = draw.choice(words)
    at = draw.randrange(word.start() + 1, word.end() - 1)
    slip = draw.choice((wording[at] * 2, "", wording[at + 1] + wording[at]))
    swapped = len(set(slip)) > 1
    return wording[:at] + slip + wording[at + 1 + swapped :]


@cache
def _pool(name: str, held: bool) -> tuple[str, ...]:
    pool = json.loads((prompts.FOLDER / "tuning" / POOLS).read_text(encoding="utf-8"))[name]
    return tuple(each for place, each in enumerate(pool) if (place % HELD_EVERY == 0) == held)


def _listed(words: list[str], draw: random.Random) -> str:
    if len(words) == 1:
        return words[0]
    last = draw.choice([" and ", " and ", ", ", " & "])
    return ", ".join(words[:-1]) + last + words[-1]


def _symbols(draw: random.Random, *, held: bool) -> tuple[str, list[str]]:
    if draw.random() < 0.25:  # noqa: PLR2004  one request in four names a group
        group = draw.choice(_pool("group", held))
        return group, [group.removeprefix("the ")]
    names = draw.sample(_pool("symbol", held), draw.choice(_LENGTHS))
    return _listed(names, draw), names


def _features(draw: random.Random, state: LiveState, *, held: bool) -> tuple[str, list[str]]:
    names = draw.sample(_pool("feature", held), draw.choice((1, 1, 2, 2, 3)))
    ids: list[str] = []
    for name in names:
        found = _read(f"test {name} on IBM", state).features
        if not found:
            raise Unreadable(f"feature: {name}")
        ids += found
    return _listed(names, draw), list(dict.fromkeys(ids))


def _read(text: str, state: LiveState) -> Evidence:
    return gather(text, state, TODAY)


def _first(kind: str, frame: str) -> Callable[[str, LiveState], Any]:
    def read(phrase: str, state: LiveState) -> Any:
        said = [each.value for each in _read(frame.format(phrase), state).mentions if each.kind == kind]
        return said[0] if said else None

    return read


def _option(phrase: str, state: LiveState) -> Any:
    said = _read(f"test momentum on IBM {phrase}", state).of("option")
    return said[0].value[1] if said else None


def _period(phrase: str, _state: LiveState) -> Any:
    start, end = period_of(sorted(find_periods(phrase, TODAY), key=lambda each: each.start - each.end)[:1])
    said = {name: day.isoformat() for name, day in (("start", start), ("end", end)) if day is not None}
    return said or None


def _day(phrase: str, _state: LiveState) -> Any:
    said = [each.value[1] for each in find_periods(phrase, TODAY)]
    return said[0].isoformat() if said and said[0] else None


def _ids(phrase: str, state: LiveState) -> list[str]:
    return resolve(find_experiments(phrase), in_order(state.experiments))


def _one_id(phrase: str, state: LiveState) -> Any:
    return next(iter(_ids(phrase, state)), None)


def _feature(phrase: str, state: LiveState) -> Any:
    return next(iter(_read(f"test {phrase} on IBM", state).features), None)


def _expression(phrase: str, state: LiveState) -> Any:
    return next(iter(_read(f"make a feature: {phrase}", state).features), None)


_READERS: dict[str, Callable[[str, LiveState], Any]] = {
    "period": _period,
    "day": _day,
    "interval": _first("interval", "load {} bars of IBM"),
    "source": _first("source", "load IBM from {}"),
    "feature": _feature,
    "expr": _expression,
    "horizon": _first("horizon", "test momentum on IBM {}"),
    "top": _first("count", "test momentum on tech stocks {}"),
    "model": _first("model", "test momentum on IBM with {}"),
    "book": _option,
    "vol": _option,
    "pos": _option,
    "dd": _option,
    "rule": _first("entry", "buy IBM when {}"),
    "exit": _first("exit", "buy IBM when momentum(20) > 0 and sell when {}"),
    "capital": _first("money", "propose trades with {}"),
    "experiment": _one_id,
    "experiments": _ids,
}
