"""Numbers in words as figures, as somebody dictates them: "twenty fifteen", "the fifty day average", "ten percent".

Small numbers stay as they are where nothing is counted by them: "the two of them", "one more". So does what only
looks like a number: "twenty-first", "second".
"""

from __future__ import annotations

import re

from copilot.planner.numbers import TENS, UNITS, read_words
from copilot.planner.points import MONTH

SURE = 11  # from this one on a word is a number wherever it stands
_SMALL = "|".join(UNITS)
_TENS = "|".join(TENS)
_BELOW_100 = rf"(?:(?:{_TENS})(?:[ -](?:{'|'.join(list(UNITS)[1:10])})\b)?|(?:{_SMALL})\b)"
_HUNDREDS = rf"(?:(?:(?:an?|{_SMALL})[ -])?hundred(?:(?: and)? {_BELOW_100})?)"
_NUMBER = re.compile(
    rf"(?<![\w-])(?P<n>{_HUNDREDS}|{_BELOW_100})(?![\w]|-(?:first|second|third|fourth|fifth|sixth|seventh|eighth"
    rf"|ninth)"
    r"| (?:first|second|third)\b)(?P<unit>[ -]?(?:trading |business |percent|per cent|%|days?\b|weeks?\b|months?\b"
    r"|years?\b|bars?\b|sessions?\b|minutes?\b|quarters?\b|grand\b|thousand\b|million\b|k\b))?",
    re.IGNORECASE,
)
_TEENS = "|".join(list(UNITS)[10:])
_YEAR = re.compile(
    rf"(?<![\w-])(?:(?P<century>nineteen|twenty)[ -](?P<rest>{_BELOW_100[3:-1]})|two thousand(?: and)?"
    rf"(?:[ -](?P<since>{_BELOW_100[3:-1]}))?)(?![\w-]| (?:dollars?|bucks|usd|eur\w*|shares?|days?|bars?"
    rf"|percent|%)\b)",
    re.IGNORECASE,
)
_ONES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_ORDINALS = (
    *_ONES, "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth", *(f"twenty-{one}" for one in _ONES), "thirtieth", "thirty-first",
)  # fmt: skip
_DAY = re.compile(  # "the first of March"
    rf"\b(?:the )?(?P<n>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))}) of (?P<month>{MONTH})(?=\W|$)",
    re.IGNORECASE,
)
LEAST_OF_CENTURY = 10  # "nineteen ninety", "twenty ten": what follows a century has two digits


def in_figures(text: str) -> str:
    """Return `text` with years and numbers in words as figures."""
    text = _DAY.sub(lambda match: f"{_ORDINALS.index(match['n'].lower()) + 1} {match['month']}", text)
    return _NUMBER.sub(_figure, _YEAR.sub(_year, text))


def _year(match: re.Match[str]) -> str:
    if match["century"] is None:
        return str(2000 + int(read_words(match["since"]) or 0 if match["since"] else 0))
    rest = int(read_words(match["rest"]) or 0)
    century = 1900 if match["century"].lower() == "nineteen" else 2000
    return str(century + rest) if rest >= LEAST_OF_CENTURY else match[0]


def _figure(match: re.Match[str]) -> str:
    value = int(read_words(match["n"]) or 0)
    return f"{value}{match['unit'] or ''}" if value >= SURE or (match["unit"] and value > 0) else match[0]
