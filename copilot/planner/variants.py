"""A test that is to run several times: "once by ridge, once by logistic", "over a week and a month", "each alone".

What is said of all runs is kept in each; what stands in turn is put in one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from copilot.planner.features import find_features
from copilot.planner.mention import Mention, claim
from copilot.planner.models import find_models
from copilot.planner.numbers import SMALL
from copilot.planner.symbols import find_symbols

MOST = 4  # runs
_ONCE = re.compile(
    r"(?:,? |: *)(?:(?:both|twice)[:,]? )?(?:once|one time) (?P<one>[^,;.]+?)(?:[,;]| and|,? then| &)+"
    r" (?:once|one time) (?P<two>[^,;.?!]+)",
    re.IGNORECASE,
)
_EITHER = re.compile(r"\b(?:both )?with and without (?P<one>[^,;.?!]+)", re.IGNORECASE)
_TWO = re.compile(  # two figures for one thing
    r"\b(?P<one>(?:an? )?[0-9.]+ ?%? (?P<what>[a-z]+(?: [a-z]+)?)),? and (?:then |once )?(?:with )?"
    r"(?P<two>(?:an? )?[0-9.]+ ?%? (?P=what))\b",
    re.IGNORECASE,
)
_WITHOUT = re.compile(r"(?:without|not|plain|bare)(?: (?:it|one|any|that|them))?$", re.IGNORECASE)
_BETWEEN = re.compile(
    r"(?:[ ,;/&+:]|\b(?:and|then|once|again|also|plus|with|by|using|via|over|at|on|for|in|a|an|one|runs?|the"
    r"|vs|versus|against|horizons?|ahead|regression|model)\b)*",
    re.IGNORECASE,
)
_SWAPS = re.compile(r"\b(?:swap|replace|exchange|switch|change|instead|rather)\b", re.IGNORECASE)
_SPAN = rf"(?:(?:{SMALL})[ -]?)?(?:trading )?(?:days?|weeks?|months?|quarters?)"
_NEXT = r"(?:, and |, then |,? and |, | & |/| then )(?:over |for |at |of )?(?:an? )?"
_SPANS = re.compile(  # several horizons, the unit said with each or with the last alone
    rf"\b(?:horizons?(?: of| at|:)?|over|for|at) (?:both )?(?P<list>(?:an? )?(?:(?:{SMALL}|{_SPAN}){_NEXT})+"
    rf"{_SPAN})(?P<tail>[ -](?:ahead|forward|out|later|horizons?)\b)?",
    re.IGNORECASE,
)
_UNIT = re.compile(r"days?|weeks?|months?|quarters?", re.IGNORECASE)
_OF_A_FEATURE = re.compile(
    r"\b(?:momentum|volatility|returns?|reversal|changes?|averages?|highs?|lows?) $", re.IGNORECASE
)
_APART = re.compile(
    r",? (?:(?:but |and )?(?:each|every one|all)(?: of them)? )?(?:separately|individually|one by one|one at a time"
    r"|(?:each )?(?:on (?:its|their) own|by (?:itself|themselves)|for (?:itself|themselves)|alone|in turn))\b",
    re.IGNORECASE,
)


def variants(text: str, symbols: Sequence[str] = ()) -> list[str]:
    """Return the request once for each run that it asks for; the request itself where it asks for one.

    Args:
        text: a request that is about a test.
        symbols: those that are stored, which are understood in any case.
    """
    for found in (_once(text), _figures(text), _apart(text, symbols), _listed(text)):
        if 1 < len(found) <= MOST:
            return found
    return [text]


def _once(text: str) -> list[str]:
    """Return "once with a stop, once without" as a request with the stop and one without."""
    if match := _EITHER.search(text):
        halves = [f"with {match['one']}", ""]
    elif match := _ONCE.search(text):
        halves = ["" if _WITHOUT.match(half) else half for half in (match["one"], match["two"])]
    else:
        return []
    before, after = text[: match.start()].rstrip(), text[match.end() :]
    return [f"{before} {half}".strip() + after or "again" for half in halves]


def _figures(text: str) -> list[str]:
    """Return "with a 5 % stop and with a 10 % stop" as a request with each."""
    match = _TWO.search(text)
    return [text[: match.start()] + match[half] + text[match.end() :] for half in ("one", "two")] if match else []


def _apart(text: str, symbols: Sequence[str]) -> list[str]:
    """Return a request for each name of the list that is to be taken one by one."""
    match = _APART.search(text)
    if match is None:
        return []
    kinds = (find_features(text), find_symbols(text, symbols))
    lists = [row for kind in kinds for row in _rows(text, kind)]
    before = [row for row in lists if row[-1].end <= match.start()]
    if not before:
        return []
    row = max(before, key=lambda each: each[-1].end)
    shorter = text[: match.start()] + text[match.end() :]
    return [_with(shorter, row, mention) for mention in row]


def _listed(text: str) -> list[str]:
    """Return a request for each of the models, or of the horizons, that stand in a row."""
    match = _SPANS.search(text)
    if match is not None and (match["tail"] or not _OF_A_FEATURE.search(text[: match.start()])):
        unit = _UNIT.findall(match["list"])[-1]
        spans = [_span(each, unit) for each in re.split(_NEXT, match["list"], flags=re.IGNORECASE)]
        return [text[: match.start()] + span + text[match.end() :] for span in spans]
    rows = [] if _SWAPS.search(text) else _rows(text, find_models(text))
    return [_with(text, rows[0], mention) for mention in rows[0]] if rows else []


def _rows(text: str, found: Iterator[Mention]) -> list[list[Mention]]:
    """Return the mentions that stand in a row with nothing of their own between them, two or more of them."""
    rows: list[list[Mention]] = [[]]
    for mention in sorted(claim([], found), key=lambda each: each.start):
        joins = rows[-1] and _BETWEEN.fullmatch(text, rows[-1][-1].end, mention.start)
        if joins and mention.value not in [each.value for each in rows[-1]]:
            rows[-1].append(mention)
        else:
            rows.append([mention])
    return [row for row in rows if len(row) > 1]


def _with(text: str, row: Sequence[Mention], one: Mention) -> str:
    """Return the text with one mention in place of the whole row."""
    return text[: row[0].start] + text[one.start : one.end] + text[row[-1].end :]


def _span(said: str, unit: str) -> str:
    """Return a horizon as such: "5" of "5 and 10 days" is "5 days ahead", and "month" is "one month ahead"."""
    if _UNIT.fullmatch(said):
        return f"one {said} ahead"
    return f"{said} ahead" if _UNIT.search(said) else f"{said} {unit} ahead"
