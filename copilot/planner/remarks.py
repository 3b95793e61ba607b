"""Remarks on the last result before a request: "Too much beta. Make it beta neutral", "31 is too much. Cap it".

What they name is what was seen, and no part of the request that follows.
"""

from __future__ import annotations

import re

from copilot.planner.given_up import LEAVE

_TOO = (
    r"(?:(?:way|far|a bit|a little|much|just|still|clearly|rather) )*too (?:much|many|high|big|large|concentrated"
    r"|risky|wild|heavy|volatile|bumpy|low|little|few|small)"
)
_REMARK = re.compile(
    rf"^\W*(?:(?:hm+|ok(?:ay)?|well|ouch|wow|ugh|oh|right),? )?"
    r"(?:(?:that|this|it|they|those|[0-9]+(?:\.[0-9]+)? ?%?|[0-9]+ percent)(?:'s|'re| is| are| was| were|) )?"
    rf"{_TOO}\b"
    r"(?! to\b)[^.;!?,]*[.;!]\s+(?=\w+\W+\w)"
    rf"(?!.*\b(?:{LEAVE}|take|throw|get rid of)(?: out)? (?:it|them|that|those|this|these)\b)",  # "leave it out"
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"^\W*(?:my|our|the|his|her) [\w' ]{2,30}? (?:says?|said|thinks?|wants?|insists?|reckons?)\b", re.IGNORECASE
)


def without_remark(text: str) -> str:
    """Return `text` without a remark that it begins with; as it is where nothing else is said."""
    return _REMARK.sub("", text, count=1)


def is_remark(text: str) -> bool:
    """Tell whether a sentence only says what somebody else thinks: "my wife says go bigger"."""
    return _TELLS.match(text) is not None
