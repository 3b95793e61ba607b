"""What of a request for a feature became no part of it, so that no other feature is made than the one meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from copilot.planner.evidence import Evidence
from copilot.planner.making import NOUN, joined_by
from copilot.planner.mention import Mention

_OF = re.compile(r" (?:of|on|for) (?:(?:the|its|daily|share|trading) )*", re.IGNORECASE)
_OTHER_FIELD = re.compile(
    r"(?:dollar )?volumes?\b|(?:highs?|lows?|opens?|opening)\b(?: prices?)?|typical prices?|(?:market|index)\b",
    re.IGNORECASE,
)
# "1 if RSI is below 30": what a feature of that name says nothing of.
_CONDITION = re.compile(
    rf"\b(?:if(?! (?:it|they|this|that|you|possible))|when(?:ever)?|unless|else|otherwise|below|above"
    rf"|(?:less|greater|more|higher|lower|smaller|larger) than|at (?:least|most)|exceed\w*)\b"
    rf"|(?<![\w.$])-?[0-9]+(?:\.[0-9]+)?%?(?![\w.]*\w)(?! (?:new |more |other )?{NOUN})",
    re.IGNORECASE,
)
_SWAPS = re.compile(r"\b(?:swap|replace|exchange|trade|substitute)\b", re.IGNORECASE)  # "the gap for dollar volume"
_SIGN = re.compile(r"(?<=\s)[-+*/\u00d7](?=\s)")
# Vocabulary of other requests; no feature is made of it.
_ELSEWHERE = re.compile(
    r"\b(?:news|headlines?|sentiment|earnings|fundamentals?|dividends?|splits?|revenues?|income|balance sheets?"
    r"|cash flows?|p/e|eps|book value|interest rates?|inflation|vix|options?|analysts?|short interest|market cap\w*"
    r"|order book|ticks?|hourly|minutes?|experiments?|predictions?)\b",
    re.IGNORECASE,
)
_ARITHMETIC = re.compile(
    r"\b(?:times|multipl\w+|divid\w+|minus|plus|squared|product|ratio|quotient|subtract\w*|difference|power|log"
    r"|rank|average|z-?score|root)\b",
    re.IGNORECASE,
)
_KEPT = ("feature", "name", "symbol", "period", "path")


def left_over(evidence: Evidence) -> Iterator[str]:
    """Yield the words of arithmetic and the quantities of a request for a feature that became no part of it."""
    text, features = evidence.text, evidence.of("feature")
    kept = [each for each in evidence.mentions if each.kind in _KEPT]
    if not joined_by(text):
        yield from _outside(_ARITHMETIC, text, evidence.mentions)
    for match in _SIGN.finditer(text):
        if any(match.start() - 1 == each.end for each in features) and not _is_within(match, evidence.mentions):
            yield match[0]
    yield from _outside(_ELSEWHERE, text, features)
    yield from _outside(_CONDITION, text, kept)
    yield from of_something_else(evidence)


def _outside(pattern: re.Pattern[str], text: str, mentions: Sequence[Mention]) -> Iterator[str]:
    return (match[0] for match in pattern.finditer(text) if not _is_within(match, mentions))


def _is_within(match: re.Match[str], mentions: Sequence[Mention]) -> bool:
    return any(each.start <= match.start() < each.end for each in mentions)


def of_something_else(evidence: Evidence) -> Iterator[str]:
    """Yield "RSI of volume", "volatility of RSI": a feature of the library reads what it reads, nothing else."""
    features = evidence.of("feature") if not _SWAPS.search(evidence.text) else []
    for each in features:
        of = _OF.match(evidence.text, each.end)
        if of is None or "(" in each.value:
            continue
        other = next((feature for feature in features if feature.start == of.end()), None)
        field = _OTHER_FIELD.match(evidence.text, of.end())
        if other is not None or field is not None:
            end = other.end if other is not None else field.end() if field is not None else of.end()
            yield evidence.text[each.start : end]
