"""A request of several steps, cut into the requests it is made of: "load Apple, then test momentum on it".

A cut is proposed where words say that something follows ("then", "after that"), or where a new command begins
after a comma, a full stop or "and". Whether it is one is for the planner to say, by what each piece is about: a
piece that is no request of its own stays with the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.planner.quoted import without_quotations

_FOLLOWS = (
    r"(?:and |but )?(?:then(?! *(?:$|[.!?]|, *(?!(?:if [^,]+, *)?VERBS\b)))|thereafter|(?:right |straight "
    r"|directly )?after (?:that|this|which)|(?<![a-z] )afterwards?"
    r"|(?<=and )afterwards?|(?<=and )next|next(?=,| (?:the same|load|test|run|show|train|open|explain|propose"
    r"|make|check|tell|compare|backtest|give|draft"
    r"|suggest))|finally|lastly|subsequently"
    r"|(?:once|when|as soon as) (?:that|this|it)(?:'s| is| has)? (?:done|finished|ready|loaded|there|in|run)"
    r"|followed by|to finish|at the end(?! of)|(?:and )?(?:finish(?:ing)?|end(?:ing)?|wrap(?:ping)? up"
    r"|conclude)(?: (?:it )?off)? with|step (?:two|three|four|[2-9])[:,]?|(?:second|third|fourth)ly|[2-9][.)])"
)
_VERBS = (
    r"load|get|fetch|download|pull|grab|ingest|import|collect|retrieve|bring (?:in|up)|update|refresh"
    r"|test|train|try|run|rerun|re-run|repeat|backtest|evaluate|assess|examine|study|simulate|fit"
    r"|check|vet|verify|validate|see (?:if|whether|what|the|any|how)|find out|look (?:at|into)"
    r"|show|open|display|plot|chart|draw|explain|tell me|walk me|summari[sz]e|compare|rank|list|give me|gimme"
    r"|let me|make|build|create|generate|compute|calculate|work out|put|write|use|feed|set up"
    r"|pop (?:up|open)|pull up"
    r"|inspect|scan|screen|ls|gen|lay (?:it|them)|line (?:it|them) up|render|grid|juxtapose|present"
    r"|look (?:for|up)|(?:is|are|was|were) there"
    r"|propose|draft|suggest|size|allocate|turn (?:it|that|this) into"
    r"|what (?:would|should|drove|to)|why|which|how did|i want|i'd like|do the"
    r"|does(?! (?:it|that|this)\b)|spit out|hit me"
)
_FOLLOWS = _FOLLOWS.replace("VERBS", f"(?:{_VERBS})")
_SALE = r"(?:and )?(?:sell|exit|out|close|leave|flat)\b"  # the other half of a rule
_STRONG = re.compile(
    rf"\s*(?:[,;.!:\u2013\u2014-]+\s*|\band\b\s*|\+\s*|->\s*|=>\s*)*\b{_FOLLOWS}\b[,:]?\s*"
    rf"|\s+(?:&&|\|)\s+"
    rf"|\s*(?:->|=>|;(?! *{_SALE})(?=[^;]*\b(?:{_VERBS}|news|gaps|report)\b))\s*"
    rf"|\s*[.;!?]\s*(?=(?:and )?(?:the )?(?:same|likewise|ditto)\b)",
    re.IGNORECASE,
)
_WEAK = re.compile(
    rf"\s*(?:[,.!?]+\s*(?:and |plus |also )?|\band (?:also )?|\bplus )\s*"
    r"(?:if (?:fine|ok(?:ay)?|so|done|good|all good|clean|it passes|it works|that works|you're done),? )?"
    rf"(?=(?:please |also |just )?(?:{_VERBS})\b(?!\())",
    re.IGNORECASE,
)
_ASKS = re.compile(r"(?:what|which|why|how|is|are|was|were)\b", re.IGNORECASE)
_COMMAND = re.compile(
    rf"\b(?:{_VERBS}|buy|hold|do|does|is|are|has|have|can|could|would|should|i'd|need)\b", re.IGNORECASE
)
_BEFORE = re.compile(
    rf"^\W*before (?:(?:you|we|i) )?(?P<later>(?:{_VERBS}|proposing|testing|training|running|backtesting)\b.+),"
    rf" (?:please |do |first )*(?P<first>(?:{_VERBS})\b.+)$",
    re.IGNORECASE | re.DOTALL,
)
_OPENS = re.compile(r"\W*(?:take|with|using|given|based on|starting from|from)\b(?! out\b)", re.IGNORECASE)
_LAST = re.compile(
    r",? and (?=(?:(?! and ).)*? (?P<marker>(?:right )?after(?:wards| that)?|next)[.!?\s]*$)",
    re.IGNORECASE,
)
_OUTCOME = re.compile(  # what every test tells by itself
    r"(?<=[.!?;,]) *(?:and )?(?:(?:how|what) (?:would|did|does|will) (?:that|it|this)(?: have)? (?:gone?|done"
    r"|do|fare[ds]?|paid|pay"
    r"|worke?d?|come)|what would (?:have )?(?:come|become) of (?:it|that)|(?:does|did|would|will) (?:it|that"
    r"|this) (?:have )?"
    r"(?:pay|paid|work|worked|predict)|show me the (?:damage|outcome)|which (?:has been|is|was|did"
    r"|does) (?:the )?better)"
    r"[^.!?;]*[.!?]*\s*$",
    re.IGNORECASE,
)
_LEADS = re.compile(r"^(?:first(?:ly)?|to (?:start|begin)(?: with)?|step (?:one|1)|1[.)])[,:]?\s*", re.IGNORECASE)
_SEVERAL = re.compile(
    r"(?:explain|compare|why)\b|[^.;!?]*?\w[^\w.;!?]+\w"
)  # words: a bare "show" ends what is before it
_LETTERS = re.compile(r"[A-Za-z]{2,}")


def pieces(text: str) -> list[tuple[str, bool]]:
    """Return the pieces of a request in order, each with whether words say that it follows what is before it."""
    text = without_quotations(text)
    text = _OUTCOME.sub("", text)
    if turned := _BEFORE.match(text):  # "before you test it, load it"
        return [*pieces(turned["first"]), (turned["later"], True)]
    last = _LAST.search(text)
    text = text[: last.start("marker")].rstrip() if last else text
    cuts = [(match.start(), match.end(), True) for match in _STRONG.finditer(text)]
    cuts += [(last.start(), last.end(), True)] if last else []
    cuts += [
        (match.start(), match.end(), False)
        for match in _WEAK.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end, _ in cuts)
        and (_COMMAND.search(_since_cut(text, match.start(), cuts)) or not _ASKS.match(text, match.end()))
        and _SEVERAL.match(text, match.end())
    ]
    found: list[tuple[str, bool]] = []
    begin, follows = 0, False
    for start, end, strong in sorted(cuts):
        if _LETTERS.search(text[begin:start]) and not (_OPENS.match(text[begin:start]) and not strong):
            found.append((_LEADS.sub("", text[begin:start].strip()), follows))
            follows = strong
        elif _LETTERS.search(text[begin:start]):
            continue  # "take that run and tell me ..." is one request
        begin = end
    if _LETTERS.search(text[begin:]):
        found.append((text[begin:].strip(" .!"), follows))
    return found


def _since_cut(text: str, end: int, cuts: Sequence[tuple[int, int, bool]]) -> str:
    """Return what stands before `end`, from the last cut on."""
    return text[max((stop for _, stop, _ in cuts if stop <= end), default=0) : end]
