"""How market data is to be supplied: the length of a bar and the vendor it comes from.

Lengths that the lake does not hold are found too, so that the answer is a question and never other bars than asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from copilot.planner.mention import Mention, claim
from copilot.planner.vocabulary import load_plan_file

_BARS = (
    r"(?:bars?|candles?|candlesticks?|data|prices?|quotes?|history|ohlcv?|series|closes?|resolution|interval"
    r"|intervals|frequency|level|granularity|time ?frames?|charts?|steps?)"
)
_ONE = r"(?:1|one|single|each|every|per|by the)"
_SAID = (
    ("1h", rf"\b{_ONE}[ -]?(?:h|hrs?|hours?)\b|\b(?:60|sixty)[ -]?(?:m|mins?|minutes?)\b"),
    ("1h", r"\bhourly\b|\bhour by hour\b"),
    ("1m", rf"\b{_ONE}[ -]?min(?:ute)?s?\b(?! ago)|\bminutely\b|\bminute[ -](?:by|to)[ -]minute\b"),
    ("1m", rf"\b1m(?=[ -]{_BARS}\b)|(?<=interval )1m\b|(?<=resolution )1m\b"),
)
_M = r"minutes\b"
_WANTED = r"(?:(?<=need )|(?<=want )|(?<=prefer )|(?<=make it ))"
# Without a number these mean one; beside another number they are part of a length that is not held.
_BARE = (
    ("1h", rf"\bhours?[ -](?={_BARS}\b)"),
    ("1m", rf"\bmin(?:ute)?s?[ -](?={_BARS}\b)|(?:(?<=in )|(?<=at )|(?<=of )){_M}|{_WANTED}{_M}"),
    ("1h", rf"{_WANTED}hours\b"),
)
_OTHERS = re.compile(
    rf"\b(?:(?:[0-9]{{1,3}}|two|three|four|five|six|ten|fifteen|twenty|thirty|half)[ -]?"
    rf"(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)[ -](?={_BARS}\b)"
    rf"|(?:weekly|monthly|quarterly|yearly|tick|intraday|intra-day|second|millisecond)[ -](?={_BARS}\b)|ticks\b)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b(?:source|vendor|provider)(?:=|: ?| is | )(?P<name>[a-z][a-z0-9]*_[a-z0-9_]+)\b")


def find_intervals(text: str) -> Iterator[Mention]:
    """Yield lengths of bars below a day: `1m`, `1h`; of one that is not held, the words."""
    others = (
        Mention("interval", match.start(), match.end(), match[0].strip(" -").lower())
        for match in _OTHERS.finditer(text)
    )
    yield from claim(claim(claim([], _held(_SAID, text)), others), _held(_BARE, text))


def _held(table: tuple[tuple[str, str], ...], text: str) -> Iterator[Mention]:
    for value, pattern in table:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield Mention("interval", match.start(), match.end(), value)


def find_vendors(text: str) -> Iterator[Mention]:
    """Yield vendors by the names people use; the value is the source's name."""
    for match in _pattern().finditer(text):
        yield Mention("source", match.start(), match.end(), _vendors()[_plain(match["name"])])
    for match in _NAMED.finditer(text):
        yield Mention("source", match.start(), match.end(), match["name"])
    for match in _elsewhere().finditer(text):
        group = "name" if match["name"] else "own"
        yield Mention("source", *match.span(group), match[group].lower())


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


@cache
def _vendors() -> dict[str, str]:
    return {
        _plain(name): source
        for source, names in load_plan_file("vendors.json")["read"].items()
        for name in names.split("|")
    }


@cache
def _pattern() -> re.Pattern[str]:
    names = "|".join(load_plan_file("vendors.json")["read"].values())
    ordered = sorted(names.split("|"), key=len, reverse=True)
    body = "|".join(re.escape(name).replace(r"\ ", r"[\s_-]?") for name in ordered)
    return re.compile(rf"(?<![\w.])(?P<name>{body})(?:'s)?(?![\w.=-]*\w)", re.IGNORECASE)


@cache
def _elsewhere() -> re.Pattern[str]:
    """Return the pattern of vendors that a plugin may bring: without one the tool says which sources there are."""
    name = load_plan_file("vendors.json")["other"]
    return re.compile(
        rf"\b(?:from(?: the)?(?: source| vendor| provider)?|via|using|through|out of|off"
        rf"|(?:source|vendor|provider)(?:=|:| is)?) ?(?P<name>{name})\b(?!\.\w)"
        rf"|\b(?P<own>{name})(?='s\b| (?:ones|bars|rows|data|prices|version|feed)\b)",
        re.IGNORECASE,
    )
