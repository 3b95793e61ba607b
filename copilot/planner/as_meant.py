"""A request as it is planned: slips of the finger put right, numbers in figures, passages of others blanked.

Typed code is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from copilot.planner.code import find_code
from copilot.planner.evidence import find_sql
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
    rf"|equity"
    r"|total))?(?= (?:in|per|for|on) (?:it|any|one|each|a |an )\b)",
    re.IGNORECASE,
)
_WITHOUT = re.compile(r"\bw/o\b", re.IGNORECASE)
_THAN = re.compile(r"\b(?P<more>more|less)'n\b", re.IGNORECASE)
_SUBSTITUTES = re.compile(r"^\W*s/(?P<old>[^/]+)/(?P<new>[^/]+)/g?\W*(?P<rest>.*)$", re.DOTALL)  # as in sed


def as_meant(text: str, names: Iterable[str] = ()) -> str:
    """Return the request to plan for `text`; `names` of the workspace are never corrected."""
    if any(find_code(text)) or any(find_sql(text)):
        return text
    text = _WITHOUT.sub("without", text)
    text = _THAN.sub(r"\g<more> than", text)
    text = _PART.sub(lambda match: f"{_PARTS[match['part'].lower()]}%", text)
    text = _AVERAGE.sub(_in_words, _HESITATES.sub("", text))
    text = _SUBSTITUTES.sub(r"\g<new> instead of \g<old> \g<rest>", text)
    return in_figures(put_right(without_quotations(text), frozenset(name.lower() for name in names)))


def _in_words(match: re.Match[str]) -> str:
    kind = "exponential moving average" if match["kind"].lower() == "ema" else "moving average"
    return f"{match['n']}-day {kind}"
