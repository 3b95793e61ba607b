"""A request as it is planned: slips of the finger put right, numbers in figures, passages of others blanked.

Typed code is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from copilot.planner.code import find_code
from copilot.planner.dates import CENTURY, TURN
from copilot.planner.evidence import find_sql
from copilot.planner.points import MONTH
from copilot.planner.quoted import without_quotations
from copilot.planner.spelling import put_right
from copilot.planner.spoken import in_figures

_HESITATES = re.compile(
    r",? \b(?:ooh|oh|u[mh]+|er+m?|hm+|let's say|let us say|shall we say|say|i guess|you know)\b,(?= )",
    re.IGNORECASE,
)
_AVERAGE = re.compile(  # "200dma", "the 50 ema"
    r"(?<![\w.(])(?P<n>[0-9]{1,3})[ -]?(?:d(?:ay)?s?[ -]?)?(?P<kind>[se]?ma)s?\b(?![(_])", re.IGNORECASE
)
_PARTS = {"half": 50, "quarter": 25, "fifth": 20, "tenth": 10, "twentieth": 5}
_PART = re.compile(  # "never more than a quarter of the book in one stock", "no more than half in it"
    rf"\b(?:an? |one )?(?P<part>{'|'.join(_PARTS)})(?: of (?:the|my|our) (?:book|portfolio|capital|money|account"
    rf"|equity|total))?(?= (?:in|per|for|on) (?:it|any|one|each|a |an )\b)",
    re.IGNORECASE,
)
_CLOSE_OF = re.compile(rf"\bclose of (?=(?:{MONTH},? )?(?:of )?(?:19|20)[0-9]{{2}})", re.IGNORECASE)
_MOM = re.compile(
    r"\bmom(?=[ _-]?\(?[0-9])|(?<=[0-9]d )mom\b|(?<=day )mom\b|(?<=month )mom\b|(?<=week )mom\b", re.IGNORECASE
)
_LAST_DAY = re.compile(
    rf"\b(?:the )?(?P<which>first|last) day of (?=(?:{MONTH},? )?(?:of )?(?:19|20)[0-9]{{2}})", re.IGNORECASE
)
_SHORT_YEAR = re.compile(r"(?<![\w'])['\u2019](?P<year>[0-9]{2})(?![\w'])")
_WITHOUT = re.compile(r"\bw/o\b", re.IGNORECASE)
_THAN = re.compile(r"\b(?P<more>more|less)'n\b", re.IGNORECASE)
_SUBSTITUTES = re.compile(r"^\W*s/(?P<old>[^/]+)/(?P<new>[^/]+)/g?\W*(?P<rest>.*)$", re.DOTALL)  # as in sed


def as_meant(text: str, names: Iterable[str] = ()) -> str:
    """Return the request to plan for `text`; `names` of the workspace are never corrected."""
    if any(find_code(text)) or any(find_sql(text)):
        return text
    text = _CLOSE_OF.sub("end of ", text)
    text = _MOM.sub("momentum", text)
    text = _WITHOUT.sub("without", text)
    text = _LAST_DAY.sub(lambda match: "end of " if match["which"].lower() == "last" else "start of ", text)
    text = _SHORT_YEAR.sub(_whole_year, text)
    text = _THAN.sub(r"\g<more> than", text)
    text = _PART.sub(lambda match: f"{_PARTS[match['part'].lower()]}%", text)
    text = _AVERAGE.sub(_in_words, _HESITATES.sub("", text))
    text = _SUBSTITUTES.sub(r"\g<new> instead of \g<old> \g<rest>", text)
    text = in_figures(put_right(without_quotations(text), frozenset(name.lower() for name in names)))
    return _AVERAGE.sub(_in_words, text)  # "the fifty-day SMA"


def _in_words(match: re.Match[str]) -> str:
    kind = "exponential moving average" if match["kind"].lower() == "ema" else "moving average"
    return f"{match['n']}-day {kind}"


def _whole_year(match: re.Match[str]) -> str:
    year = int(match["year"])
    return str(year + CENTURY * (20 if year < TURN else 19))
