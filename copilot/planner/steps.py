"""A request of several steps, cut into the requests it is made of: "load Apple, then test momentum on it".

A cut is proposed where words say that something follows ("then", "after that"), or where a new command begins
after a comma, a full stop or "and". Whether it is one is for the planner to say, by what each piece is about: a
piece that is no request of its own stays with the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.planner.quoted import without_quotations
from copilot.planner.remarks import without_remark
from copilot.planner.symbols import find_symbols

_FOLLOWS = (
    r"(?:and |but )?(?:then(?! *(?:$|[.!?]|, *(?!(?:if [^,]+, *)?VERBS\b)))|thereafter|(?:right |straight "
    r"|directly )?after (?:that|this|which|those|these"
    r"|(?:it|them)(?=,? (?:please |you |we |i )*(?:VERBS)\b))|(?<![a-z] )afterwards?"
    r"|(?<=and )afterwards?|(?<=and )next|next(?=,| (?:the same|load|test|run|show|train|open|explain|propose"
    r"|make|check|tell|compare|backtest|give|draft|suggest))|finally|lastly|subsequently"
    r"|(?:once|when|as soon as) (?:that|this|it|they|these|those|both|all (?:of )?(?:that|it|them)"
    r"|the (?:data|bars|prices|run|test|backtest|download|load)|everything)"
    r"(?:'?s|'re| is| are| has| have)?(?: been| all| both)?"
    r" (?:(?:done|finish(?:ed|es)?|ready|loaded|there|here|in place|completed?|arrived?|stored|landed|on disk"
    r"|checked|verified|tested|built|made|saved|sorted|cleared)\b"
    r"|(?:in|run|over|up|through)(?=,|\W*$| (?:please |i |you |we |just |also |can |could |i'd )*(?:VERBS)\b))"
    r"|(?:once|when|as soon as) (?:you|we)(?:'ve| have)? (?:got |have |finished |done )?(?:that|it|them|those"
    r"|this|these)(?: all| done| in| ready)?|following (?:that|this)(?! (?:run|one|experiment|test|rule|model)\b)"
    r"|(?<=and )after(?=,? (?:please |i want |you |we )*(?:VERBS)\b)|(?<=, )after(?= i (?:want|would|need)\b)"
    r"|followed by|to finish|at the end(?! of)|(?:and )?(?:finish(?:ing)?|end(?:ing)?|wrap(?:ping)? up"
    r"|conclude)(?: (?:it )?off)? (?:with|by)|step (?:two|three|four|[2-9])[:,]?|(?:second|third|fourth)ly)"
)
_VERBS = (
    r"load|get|fetch|download|pull|grab|ingest|import|collect|retrieve|bring (?:in|up)|update|refresh"
    r"|test|train|try|run|rerun|re-run|repeat|backtest|evaluate|assess|examine|study|simulate|fit"
    r"|check|vet|verify|validate|see (?:what|which|where|the|any|how)"
    r"|see (?:if|whether)(?! (?:one|any|some) of (?:them|these|those)\b)|find out|look (?:at|into)"
    r"|show|open|display|plot|chart|draw|explain|tell me|walk me|summari[sz]e|compare|diff|rank|list|give me|gimme"
    r"|let me|make|build|create|generate|compute|calculate|work out|put|write|use|feed|set up"
    r"|pop (?:up|open)|pull up|pop(?= (?:its|the|my|that)\b)"
    r"|inspect|scan|screen|ls|gen|lay (?:it|them)|line (?:it|them) up|render|grid|juxtapose|present"
    r"|look (?:for|up)|(?:is|are|was|were) there|propose|draft|suggest|size|allocate|turn (?:it|that|this) into"
    r"|what (?:would|should|drove|to)|why|which|how did|when (?:did|was|were)|do (?:[\w^.-]+ ){1,5}have|do the"
    r"|does(?! (?:it|that|this)\b)|(?:has|have|had|is|are) any|spit out|hit me|i'd like"
    r"|i want(?! to (?:see|look at) (?:it|them|that|those)\W*$)"
)
_FOLLOWS = _FOLLOWS.replace("VERBS", f"(?:{_VERBS})")
_SALE = r"(?:and )?(?:sell|exit|out|close|leave|flat)\b"  # the other half of a rule
_STRONG = re.compile(
    rf"\s*(?:[,;.!:\u2013\u2014-]+\s*|\band\b\s*|\+\s*|->\s*|=>\s*)*\b{_FOLLOWS}\b[,:]?\s*|\s+&&\s+"
    rf"|\s+\|\s+(?=[^|=]*\b(?:{_VERBS}|models?|news|gaps|reports?|tickets?|comparison|explanation|leaks?)\b)"
    rf"|(?:[,;.]|(?<=\s)|^)\s*(?:\(?(?:step |task |q)?[2-9][.):]|q[2-9],?|\((?:[b-f]|i{{2,3}}|iv|vi{{0,3}})\))"
    rf"\s+(?:from (?:it|that|this), )?(?=(?:please )?(?:{_VERBS})\b)"
    rf"|\s*\n\s*(?:[-*\u2022]\s*)?(?=(?:please |also |then )*(?:{_VERBS})\b)"
    rf"|\s*(?:->|=>|;(?! *{_SALE})(?=[^;]*\b(?:{_VERBS}|news|gaps|report)\b))\s*"
    rf"|\s*[.;!?]\s*(?=(?:and )?(?:the )?(?:same|likewise|ditto)\b)",
    re.IGNORECASE,
)
_WEAK = re.compile(
    rf"\s*(?:[,.!?]+\s*(?:and |plus |also )?|\band (?:also )?|\bplus )\s*"
    r"(?:if (?:fine|ok(?:ay)?|so|done|good|all good|clean|it passes|it works|that works|you're done),? )?"
    rf"(?=(?:(?:the |its |a |my )?(?:full )?(?:report|explanation|comparison)(?:,? (?:please|too|as well"
    rf"|after(?:wards)?))*\W*$)"
    rf"|(?:please |also |just )?(?:with [$\u20ac\u00a3]?[0-9][\w.,]*(?: [a-z]+)?,? )?(?:{_VERBS})\b(?!\())",
    re.IGNORECASE,
)
_ASKS = re.compile(r"(?:what|which|why|how|is|are|was|were)\b", re.IGNORECASE)
_COMMAND = re.compile(
    rf"\b(?:{_VERBS}|buy|hold|same|again|do|does|is|are|has|have|can|could|would|should|i'd|need)\b", re.IGNORECASE
)
_BEFORE = re.compile(
    rf"^\W*before (?:(?:you|we|i) )?(?P<later>(?:{_VERBS}|proposing|testing|training|running|backtesting)\b.+),"
    rf" (?:please |do |first )*(?P<first>(?:{_VERBS})\b.+)$",
    re.IGNORECASE | re.DOTALL,
)
_OPENS = re.compile(
    r"\W*(?:take|go (?:over|through)|with|using|given|based on|starting from|from)\b(?! out\b)",
    re.IGNORECASE,
)
_THEN = re.compile(rf"(?:,|\band) (?:{_VERBS})\b", re.IGNORECASE)
_LAST = re.compile(
    r",? and (?=(?:(?! and ).)*? (?P<marker>(?:right )?after(?:wards| that)?|next)[.!?\s]*$)",
    re.IGNORECASE,
)
_OF_THE_PAST = re.compile(r"\W*(?:has|have|had|did|was|were)\b", re.IGNORECASE)  # "afterwards" tells when it was
_OUTCOME = re.compile(  # what every test tells by itself
    r"(?<=[.!?;,]) *(?:and )?(?:(?:how|what) (?:would|did|does|will) (?:that|it|this)(?: have)? (?:gone?|done"
    r"|do|fare[ds]?|paid|pay"
    r"|worke?d?|come)|what would (?:have )?(?:come|become) of (?:it|that)|(?:does|did|would|will) (?:it|that"
    r"|this) (?:have )?(?:pay|paid|work|worked|predict)|show me the (?:damage|outcome)|which (?:has been|is|was|did"
    r"|does) (?:the )?better)[^.!?;]*[.!?]*\s*$",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"^(?:first(?:ly)?|to (?:start|begin)(?: with)?|step (?:one|1)|(?:[\w ]{1,30}: ?)?\(?(?:step |task |q)?1[.):]"
    r"|\([ai]\)|(?:[\w ]{1,30}: ?)?q1|[-*\u2022])[,:]?\s+",
    re.IGNORECASE,
)
_LATE = re.compile(  # "check after that all my features"
    rf"(?P<joint>,? and|,) (?P<verb>{_VERBS}) (?:after (?:that|this)|afterwards|thereafter|subsequently|then),? ",
    re.IGNORECASE,
)
_MEANWHILE = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (  # what is said last is to be done first
        (
            rf"^(?P<later>.+?)[.,;?!]+ *(?:but |and )?(?:before (?:that|this)|beforehand|but first(?: of all)?),?"
            rf" (?P<first>(?:please |do |you )*(?:{_VERBS})\b.+)$"
        ),
        rf"^(?P<later>.+?)[.,;?!]+ *(?:but|so) (?P<first>(?:please )?(?:{_VERBS})\b.+) (?:first|beforehand)[.!]*$",
        (
            rf"^(?P<later>.+?)[.,;?!]+ *(?:but |so )?(?:you'll|you will|we'll|we|you|i'll|i) (?:have to|need to"
            rf"|must|should) (?P<first>(?:{_VERBS})\b.+?),? first\b(?P<rest>.*)$"
        ),
        (
            r"^(?P<later>[^.;!?]+?),? (?:after|once) (?:you(?:'ve| have)? |having )?(?:done|run|running"
            r"|finished|tested|executed)(?: the following)?[:,] ?(?P<first>.+)$"
        ),
    )
)
_RUN = re.compile(r"\b(?:the|my) (?:[\w-]+ ){1,3}(?:run|experiment|backtest)\b", re.IGNORECASE)
_MONEY = re.compile(
    r"^\W*(?:so |well |ok,? )*i(?:'ve| have)(?: got| saved"
    r"| about)* (?P<money>[$\u20ac\u00a3]?[0-9][\w.,]*(?: [a-z]+){0,2}?)"
    r"(?: to (?:invest|spend|put to work|place|allocate)| in cash| lying around| available)*[.,;!] *(?:and )?"
    r"(?P<rest>.+\b(?:with|for|using|of|into) (?:this|that|it|the)(?: (?:money|sum|amount|cash|capital))?\W*)$",
    re.IGNORECASE | re.DOTALL,
)
_PURSE = re.compile(
    r"^[^.!?;]*?\b(?:with|have|got) (?P<money>[$\u20ac\u00a3][0-9][0-9,.]*[km]?|[0-9][0-9,.]* ?(?:k|grand|dollars"
    r"|usd|bucks)) (?:to|for) (?:invest|spend|place|put|play|allocat)\w*[^.!?;]*[.!;] +"
    r"(?P<rest>(?:(?![$\u20ac\u00a3][0-9]).)*\b(?:suggest|propose|recommend|what (?:should|would|to) .*buy"
    r"|purchases?|positions)\b(?:(?![$\u20ac\u00a3][0-9]).)*)$",
    re.IGNORECASE | re.DOTALL,
)
# Several words: a bare "show" ends what is before it.
_SEVERAL = re.compile(r"(?:explain|compare|why|report)\b|[^.;!?]*?\w[^\w.;!?]+\w")
_CHEERS = re.compile(  # "Sweet! Let me see the report"
    r"^\W*(?:(?:sweet|great|nice|cool|super|lovely|splendid|brilliant|perfect|awesome|wow|ha(?:ha)?|excellent"
    r"|fantastic"
    r"|wonderful|interesting|damn|cheers|thanks|thank you|hm+|meh|oh|ah)(?: (?:stuff|work|job|one|mate|man|a lot"
    r"|so much))?[!.]+\s+)+(?=\w)",
    re.IGNORECASE,
)
_READY = re.compile(  # "ok they're in." says nothing to do
    r"^\W*(?:(?:ok|okay|great|good|nice|right|cool|lovely|perfect|thanks|super|fine|brilliant)\W+)?"
    r"(?:they|it|that|those|these|all|both|everything)(?:'s|'re| is| are| all)+ (?:now )?(?:in|there|here|done"
    r"|loaded|ready|stored|finished)[.!;]\s+(?=\w)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[A-Za-z]{2,}")


def pieces(text: str) -> list[tuple[str, bool]]:
    """Return the pieces of a request in order, each with whether words say that it follows what is before it."""
    text = without_remark(without_quotations(text))
    text = _OUTCOME.sub("", _READY.sub("", _CHEERS.sub("", text)))
    if has := _MONEY.match(text):  # "I have 8000 dollars. ... what to buy with it"
        text = re.sub(r"(?:this|that|it|the)(?: [a-z]+)?(\W*)$", rf"{has['money']}\1", has["rest"])
    if purse := _PURSE.match(text):  # "a club with $20,000 to place. ... suggest our purchases"
        text = f"{purse['rest'].rstrip(' .!?')} with {purse['money']}"
    if turned := _BEFORE.match(text) or next(filter(None, (each.match(text) for each in _MEANWHILE)), None):
        first = _told(turned["first"] + (turned.groupdict().get("rest") or ""), turned["later"])
        later = re.sub(r",? (?:but|and) (?:we|i|you) (?:don't|do not|haven't)\b[^.,;]*$", "", turned["later"])
        return [*pieces(first), (later, True)]  # "before you test it, load it"
    text = _LATE.sub(r"\g<joint> then \g<verb> ", text)
    last = None if _OF_THE_PAST.match(text) else _LAST.search(text)
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
        opens = not (strong or follows) and _OPENS.match(text[begin:start]) and not _THEN.search(text[begin:start])
        if _LETTERS.search(text[begin:start]) and not opens:
            found.append((_LEADS.sub("", text[begin:start].strip()), follows))
            follows = strong
        elif _LETTERS.search(text[begin:start]):
            continue  # "take that run and tell me ..." is one request
        begin = end
    if _LETTERS.search(text[begin:]):
        found.append((text[begin:].strip(" .!,;"), follows))
    return found


def _told(first: str, later: str) -> str:
    """Return what is said last and done first with the names that it leans on: "load both" of "GLD and SLV"."""
    if run := _RUN.search(later):
        first = re.sub(r"\bits\b", f"{run[0]}'s", first, count=1)
    names = [each.value for each in find_symbols(later, ())]
    if names and not any(find_symbols(first, ())):
        first = re.sub(
            r"\b(?:both|them|these|those|it|the (?:pair|two|lot))\b(?: two)?",
            " and ".join(dict.fromkeys(names)),
            first,
            count=1,
        )
    return first


def _since_cut(text: str, end: int, cuts: Sequence[tuple[int, int, bool]]) -> str:
    """Return what stands before `end`, from the last cut on."""
    return text[max((stop for _, stop, _ in cuts if stop <= end), default=0) : end]
