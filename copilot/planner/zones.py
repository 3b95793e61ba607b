"""Time zones in a request, as IANA names: `times are in New York`, `Tokyo time`, `UTC`, `America/Chicago`.

A city counts only beside a word of time, or where it is all that was said (an answer to our question): elsewhere it
is a place, an exchange or part of a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from copilot.planner.mention import Mention
from copilot.planner.vocabulary import load_plan_file

_TIME = r"(?:times?|timestamps?|time stamps?|stamps?|time ?zones?|tz|clocks?|hours)"
_ARE = r"(?: (?:is|are|as|were|being|given|recorded|local))"
_IANA = re.compile(r"(?<![\w/])(?:Africa|America|Asia|Atlantic|Australia|Europe|Pacific|Etc)/[A-Z][\w+-]+(?:/\w+)?")
_SHORT = re.compile(
    r"\b(?:(?:in|on|are|is|,) ?)?(?P<place>UTC|GMT|EST|EDT|CST|CDT|PST|PDT|CET|CEST|JST|HKT|AEST)\b"
)


def find_zones(text: str) -> Iterator[Mention]:
    """Yield time zones; the value is the IANA name."""
    for match in _IANA.finditer(text):
        yield Mention("timezone", match.start(), match.end(), match[0])
    for pattern in (_SHORT, *_beside_time()):
        for match in pattern.finditer(text):
            yield Mention("timezone", match.start(), match.end(), _names()[match["place"].lower()])


@cache
def _names() -> dict[str, str]:
    return {name: zone for zone, names in load_plan_file("zones.json").items() for name in names.split("|")}


@cache
def _beside_time() -> tuple[re.Pattern[str], ...]:
    place = "(?P<place>" + "|".join(map(re.escape, sorted(_names(), key=len, reverse=True))) + ")"
    patterns = (
        rf"\b{_TIME}[,:=]?{_ARE}*(?: (?:in|to|of|from))?(?: the)? {place}\b(?:'s)?(?: {_TIME}\b)?",
        rf"\b(?:(?:in|on) )?{place}(?:'s)?(?: local| standard| daylight| exchange| market)? {_TIME}\b",
        r"\b(?P<place>us (?:eastern|central|mountain|pacific)|central european)\b",
        rf"^\W*(?:it'?s |in |they are (?:in )?|they're (?:in )?)?{place}\W*$",
    )
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
