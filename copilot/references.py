"""References: an answer names result fields, it never types their numbers (`{last.oos.sharpe}`).

The first part of a reference is a call id, an experiment id or `last`; the rest is a path into that record. A
reference that does not resolve blocks the whole answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from tools.kernel.errors import GateFailed
from tools.kernel.format import format_value
from tools.kernel.types import unit_of

REFERENCE = re.compile(r"\{([A-Za-z_][\w+-]*)((?:\.\w[\w^-]*)+)\}")


class Source(NamedTuple):
    """A stored record that answers may refer to, with the type that knows its units."""

    model: type[BaseModel]
    record: Mapping[str, Any]


def _look_up(record: Any, path: list[str]) -> Any:
    for name in path:
        if isinstance(record, Mapping) and name in record:
            record = record[name]
        elif isinstance(record, (list, tuple)) and name.isdigit() and int(name) < len(record):
            record = record[int(name)]
        else:
            raise KeyError(name)
    return record


def resolve(text: str, sources: Mapping[str, Source]) -> str:
    """Replace every reference in `text` by the stored value, formatted by its unit.

    Raises:
        GateFailed: a reference names nothing that is stored; the answer must not be shown.
    """

    def value(match: re.Match[str]) -> str:
        name, path = match.group(1), match.group(2)[1:].split(".")
        try:
            source = sources[name]
            found = _look_up(source.record, path)
        except KeyError as missing:
            raise GateFailed(
                f"The answer refers to {match.group(0)}, which no stored result holds ({missing}).",
                promise="P1",
                hint="The answer is withheld; the call cards above hold what was measured.",
            ) from None
        return format_value(found, unit_of(source.model, ".".join(path)))

    return REFERENCE.sub(value, text)


def assumed_numbers(args: Mapping[str, Any], said: str) -> tuple[str, ...]:
    """Return the names of arguments that hold a number which the user's words `said` do not contain.

    "50k", "$25,000", "a quarter million" and "10 %" count as said; what cannot be traced to the words is assumed.
    """
    stated = stated_numbers(said)
    found = []
    for name, value in args.items():
        numbers = value if isinstance(value, (list, tuple)) else [value]
        for number in numbers:
            if isinstance(number, (int, float)) and not isinstance(number, bool) and float(number) not in stated:
                found.append(name)
                break
    return tuple(found)


_MAGNITUDE = {"k": 1e3, "thousand": 1e3, "grand": 1e3, "m": 1e6, "mm": 1e6, "mio": 1e6, "million": 1e6, "bn": 1e9}
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "half": 0.5, "quarter": 0.25, "a": 1,
    "an": 1, "day": 1, "daily": 1, "week": 5, "weekly": 5, "month": 21, "monthly": 21, "quarterly": 63,
}  # fmt: skip
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|[a-z]+")
_PERCENT = re.compile(r"(\d[\d,]*(?:\.\d+)?) ?(?:%|percent\b|per cent\b)")
_SPOKEN = 6  # words a number in words may take: "two hundred and fifty thousand dollars"


def stated_numbers(said: str) -> frozenset[float]:
    """Return every number that the words `said` state: alone, with its magnitude, or as a share."""
    words = _NUMBER.findall(said.lower())
    stated: set[float] = set()
    for position in range(len(words)):
        stated.update(_readings(words[position : position + _SPOKEN]))
    percents = (float(figure.replace(",", "")) for figure in _PERCENT.findall(said.lower()))
    return frozenset(stated) | {round(percent / 100, 6) for percent in percents}


def _readings(words: list[str]) -> set[float]:
    """Return the value after each word of a number that begins with the first one."""
    found: set[float] = set()
    value: float | None = None
    for word in words:
        digits = word.replace(",", "")
        number = float(digits) if digits[0].isdigit() else _WORDS.get(word)
        if word in _MAGNITUDE and value is not None:
            value *= _MAGNITUDE[word]
        elif number is None or (digits[0].isdigit() and value is not None):
            if word != "and":
                break
            continue
        elif value is None:
            value = number
        elif number >= 100 or number < 1 or word in ("a", "an"):  # noqa: PLR2004  "two hundred", "half a million"
            value *= number
        else:
            value += number
        found.add(value)
    return found
