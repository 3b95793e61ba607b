"""How an experiment is to be set up beside its model: labels, training windows, the book, limits in per cent.

Each mention's value is a pair, the argument of `run_experiment` and its value. What is not heard stays at its
default; what resembles an option but is none ("hedged with SPY") is for `copilot.planner.limits` to ask about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from copilot.planner.mention import Mention

_WITH = r"(?:(?:with|using|and|as|in|on) )?(?:an? )?"
_ANY = r"(?:(?:each|any|every|one|a|the|single|any one) )*"
_PERCENT = r"(?:an? )?(?P<n>[0-9]{1,3}(?:\.[0-9]+)?) ?(?:%|percent\b|per cent\b|pct\b)"
_FRACTION = r"(?P<f>0?\.[0-9]+)(?![0-9]* ?%)"
_VOLATILITY = r"(?:(?:target|annual|annuali[sz]ed|yearly) )*vol(?:atility)?(?: (?:a|per) year| annually)?"
_HOLDING = r"(?:positions?|weights?|holdings?|names?|symbols?|stocks?|tickers?|company|companies)"
_DRAWDOWN = r"(?:max(?:imum)? )?draw[- ]?downs?"
_AT = r"(?: (?:of|at|to|is|=))?"
_ONCE = r"(?:if|when|once|as soon as)"

_CHOICES: tuple[tuple[str, Any, str], ...] = (
    ("label", "rank", r"rank(?:ed|ing)?[- ]labels?|labels? ?(?:is|are|=|:) ?(?:the )?ranks?"),
    ("label", "triple_barrier", rf"{_WITH}triple[- ]barriers?(?: (?:labels?|labell?ing|method))?"),
    (
        "label",
        "forward_return",
        (
            r"labels? ?(?:is|are|=|:|of)? ?(?:the )?forward[ _]returns?|forward_returns?"
            r"|(?:learn(?:ing)?|on) (?:the )?forward returns?"
        ),
    ),
    (
        "split",
        "anchored",
        (
            rf"{_WITH}(?:expanding|anchored)(?: (?:training|walk[- ]forward|splits?|windows?|folds?))+"
            rf"|{_WITH}anchored|anchor(?:ing)? (?:the |all )?(?:training )?(?:windows?|folds?|splits?)(?: (?:at|to"
            r"|on) the (?:first bar|start|beginning))?"
            r"|(?:training )?windows? (?:that )?(?:all |always )?(?:begin|start)(?:ning|ing)? (?:at|from|on"
            r"|with) the (?:first|start|beginning)(?: bar| day)?"
            r"|(?:ever[- ])?(?:expanding|growing|cumulative)(?: (?:training|in[- ]sample|estimation))?"
            r" (?:windows?|samples?|sets?)"
            r"|(?:training )?(?:windows?|samples?|sets?) (?:that |which )?(?:always |only |keeps? (?:on )?)?"
            r"(?:grow|expand)(?:s|ing)?"
        ),
    ),
    ("split", "rolling", rf"(?<!day )(?<!week )(?<!month )(?<!year ){_WITH}rolling (?:training )?windows?(?! of)"),
    (
        "book",
        "beta_neutral",
        (
            r"neutrali[sz](?:e|ed|ing) (?:the |its |all )?(?:market )?(?:beta|market)|"
            rf"{_WITH}(?:beta|market)[- ](?:neutral(?:ly|ity)?|hedged)(?: (?:book|strategy|portfolio))?"
            r"|hedg(?:e|ed|ing)(?: (?:it|them))?(?: out)?"
            r"(?: (?:(?:with|by|against|using|to) )?(?:the )?(?:index|market|beta|market beta|s&p 500))?"
        ),
    ),
    (
        "book",
        "long_short",
        (
            rf"{_WITH}(?:long[- /_]?(?:and )?short|l/s|dollar[- ]neutral)(?: (?:book|strategy|portfolio))?"
            r"|(?:long |buy(?:ing)? )?(?:the )?(?:best|top|winners?|strongest)(?: (?:ones|names))?"
            r"(?= (?:against|versus|vs\.?) (?:the )?(?:worst|bottom|losers?|weakest))"
            r"|(?:against|versus|vs\.?) (?:the )?(?:worst|bottom|losers?|weakest)(?: [0-9]+)?(?: (?:ones|names))?"
            r"|(?:go )?long (?:the |on the )?(?:best|top|winners?|strongest|leaders?)(?: (?:ones"
            r"|names))?,? (?:and )?(?:go )?short (?:the |on the )?\w+(?: (?:ones|names))?"
            r"|short(?:ing)? the (?:losers?|worst|weakest)(?: (?:ones|names|stocks))?(?: (?:[0-9]+|two|three"
            r"|four|five|ten)\b)?"
        ),
    ),
    (
        "book",
        "long",
        (
            rf"{_WITH}(?:long[- ]only|longs[- ]only|only (?:the )?longs?(?: side| leg)?"
            rf"|just (?:the )?longs?(?: side| leg)?|(?:the )?long side(?: only| alone))"
        ),
    ),
    (
        "combinatorial",
        True,
        (
            rf"{_WITH}(?:combinatorial(?:ly)?(?: purged)?(?: cross[- ]validat(?:ion|ed?)| cv| splits?| paths?)?"
            r"|cpcv)|cross[- ]validat(?:ed?|ing)(?=[^.;]{0,40}\bcombinatorial)"
        ),
    ),
)
_SHARES = (
    (
        "target_volatility",
        (
            rf"{_WITH}(?:target(?:ing|ed)?|scaled?|scaling)(?: (?:it|them|(?:the )?(?:book|positions?"
            rf"|portfolio)))?(?: (?:to|at|of|for))? {_PERCENT} {_VOLATILITY}"
            rf"|{_WITH}(?:target {_VOLATILITY}|vol(?:atility)?[- ]target(?:ed|ing)?){_AT} {_PERCENT}"
            rf"|{_WITH}{_PERCENT} (?:target {_VOLATILITY}|(?:annual )?vol(?:atility)?[- ]target(?:ing)?)"
        ),
    ),
    (
        "max_position",
        (
            rf"(?:cap(?:ped|ping)?|limit(?:ed|ing)?) (?:each|any|every)(?: one)?(?: of (?:them|those"
            rf"|these))? (?:at|to) {_PERCENT}"
            rf"|(?:cap(?:ped|ping)?|limit(?:ed|ing)?) {_ANY}{_HOLDING}(?: (?:sizes?|weights?))? (?:at"
            rf"|to) {_PERCENT}"
            rf"|(?:cap(?:ped)?|limit(?:ed)?)(?: (?:it|them))? (?:at|to) {_PERCENT} (?:in|per|for|of|a) "
            rf"{_ANY}{_HOLDING}"
            rf"|{_WITH}(?:at most|no more than|max(?:imum)?(?: of)?|never more than) {_PERCENT} (?:in|per|for|of) "
            rf"{_ANY}{_HOLDING}|(?:at most|no more than|max(?:imum)?) {_PERCENT} each"
            rf"|{_WITH}(?:position|weight)s? (?:cap|limit)(?:ped|s)?(?: (?:of|at))? {_PERCENT}"
            rf"|{_WITH}{_PERCENT} (?:position|weight) (?:cap|limit)s?"
            rf"|{_WITH}max(?:imum)? (?:position|weight)(?: size)?(?: (?:of|at|is|=))? {_PERCENT}"
            rf"|{_WITH}(?:max(?:imum)? )?{_PERCENT} (?:max(?:imum)? )?(?:in|per|for|an?)(?: any)?(?: (?:one"
            rf"|single))? {_HOLDING}"
            rf"|{_WITH}(?:max(?:imum)? )?(?:position|weight|allocation)(?: size)?(?: per {_HOLDING})?(?: (?:of"
            rf"|at|is|to))?(?: ?[=:])? (?:{_PERCENT}|{_FRACTION})"
        ),
    ),
    (
        "max_drawdown",
        (
            rf"(?:stop(?:ped|ping)?(?: out)?|halt(?:ed)?|quit|get out|liquidate)(?: (?:trading|everything|it))?"
            rf" (?:at|after|on|beyond) {_PERCENT} {_DRAWDOWN}"
            rf"|(?:stop|halt|quit|get out|liquidate)(?: (?:trading|everything|it))? {_ONCE} (?:the )?{_DRAWDOWN}"
            rf" (?:hits|reaches|is|exceeds|passes|goes (?:beyond|over|above|past)) {_PERCENT}"
            rf"|{_WITH}{_DRAWDOWN} (?:cap|limit|stop)(?:ped)?(?: (?:of|at))? {_PERCENT}"
            rf"|{_WITH}{_PERCENT} {_DRAWDOWN} (?:cap|limit|stop)"
            rf"|(?:cap|limit)(?:ped|ed)? (?:the )?{_DRAWDOWN} (?:at|to) {_PERCENT}"
            rf"|{_WITH}(?:the )?{_DRAWDOWN} (?:is |are |being )?(?:capped|limited|held|kept|stopped)"
            rf" (?:at|to|under|below|within) {_PERCENT}"
        ),
    ),
)
_WHOLE = 100.0


def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile; each alternative has its own number, so the groups are numbered: `n` a per cent, `f` a fraction."""
    count = iter(range(len(pattern)))
    numbered = re.sub(r"\(\?P<([nf])>", lambda match: f"(?P<{match[1]}{next(count)}>", pattern)
    return re.compile(rf"(?<![\w-])(?:{numbered})(?![\w-])", re.IGNORECASE)


_CHOSEN = tuple((field, value, _compiled(pattern)) for field, value, pattern in _CHOICES)
_SHARED = tuple((field, _compiled(pattern)) for field, pattern in _SHARES)


def find_options(text: str) -> Iterator[Mention]:
    """Yield the options of `run_experiment` that are named; a share is a fraction, 10 % being 0.1."""
    for field, value, pattern in _CHOSEN:
        for match in pattern.finditer(text):
            yield Mention("option", match.start(), match.end(), (field, value))
    for field, pattern in _SHARED:
        for match in pattern.finditer(text):
            name, said = next(each for each in match.groupdict().items() if each[1] is not None)
            share = float(said) if name.startswith("f") else float(said) / _WHOLE
            yield Mention("option", match.start(), match.end(), (field, round(share, 6)))
