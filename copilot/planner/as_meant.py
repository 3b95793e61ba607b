"""A request as it is planned: slips of the finger put right, numbers in figures, passages of others blanked.

Remarks on the last result go too. Typed code is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from copilot.planner.code import find_code
from copilot.planner.evidence import find_sql
from copilot.planner.history import commands
from copilot.planner.points import MONTH, in_full
from copilot.planner.quoted import without_quotations
from copilot.planner.remarks import without_remark
from copilot.planner.spelling import put_right
from copilot.planner.spoken import in_figures
from copilot.planner.unheard import is_vocabulary
from tools.ingest.universe import is_known

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
_DAY_OF = re.compile(  # "the last day of June 2025", "the close of 2019"
    rf"\b(?:(?:the )?(?P<which>first|last) day|close) of (?=(?:{MONTH},? )?(?:of )?(?:19|20)[0-9]{{2}})",
    re.IGNORECASE,
)
_MOM = re.compile(
    r"\bmom(?=[ _-]?\(?[0-9])|(?<=[0-9]d )mom\b|(?<=day )mom\b|(?<=month )mom\b|(?<=week )mom\b", re.IGNORECASE
)
_SHORT_YEAR = re.compile(r"(?<![\w'])['\u2019](?P<year>[0-9]{2})(?![\w'])")
_WITHOUT = re.compile(r"\bw/o\b", re.IGNORECASE)
_THAN = re.compile(r"\b(?P<more>more|less)'n\b", re.IGNORECASE)
_EPISODE = re.compile(  # named by its year, where dates are told as well
    r"\b(?P<in>in|during|through|of|over) the (?:19|20)[0-9]{2} (?=(?:mess|crisis|crash|sell-?off|panic|meltdown"
    r"|bubble)\b.*\b(?:19|20)[0-9]{2}\b)",
    re.IGNORECASE,
)
_DEFINED = re.compile(r"^\W*(?P<name>[A-Za-z]\w*) ?:= ?")
_SUBSTITUTES = re.compile(r"^\W*s/(?P<old>[^/]+)/(?P<new>[^/]+)/g?\W*(?P<rest>.*)$", re.DOTALL)  # as in sed


def as_meant(text: str, names: Iterable[str] = ()) -> str:
    """Return the request to plan for `text`; `names` of the workspace are never corrected."""
    if any(find_code(text)) or any(find_sql(text)):
        return text
    text = _in_small_letters(text) if text.isupper() else text
    for written, meant in _MEANT:
        text = written.sub(meant, text)
    text = without_remark(without_quotations(text))
    text = in_figures(put_right(text, frozenset(name.lower() for name in names)))
    return _AVERAGE.sub(_in_words, text)  # "the fifty-day SMA"


def _in_small_letters(text: str) -> str:
    """Return a request in capitals with the words that SLQ was taught in small ones: "LOAD AAPL" names no LOAD."""
    first = re.match(r"\W*(\w+) +\w", text)
    if first is None or (is_known(first[1]) and not commands(text)):  # "LOW HD"
        return text
    return re.sub(r"[A-Z']+", lambda match: match[0] if is_known(match[0]) else _small(match[0]), text)


def _small(word: str) -> str:
    return word.lower() if is_vocabulary(word) else word


def _in_words(match: re.Match[str]) -> str:
    kind = "exponential moving average" if match["kind"].lower() == "ema" else "moving average"
    return f"{match['n']}-day {kind}"


_MEANT: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_DAY_OF, lambda match: "start of " if str(match["which"]).lower() == "first" else "end of "),
    (_MOM, "momentum"),
    (_WITHOUT, "without"),
    (_EPISODE, r"\g<in> the "),
    (_DEFINED, r"make a feature called \g<name>: "),
    (_SHORT_YEAR, lambda match: str(in_full(int(match["year"])))),
    (_THAN, r"\g<more> than"),
    (_PART, lambda match: f"{_PARTS[match['part'].lower()]}%"),
    (_HESITATES, ""),
    (_AVERAGE, _in_words),
    (_SUBSTITUTES, r"\g<new> instead of \g<old> \g<rest>"),
)
