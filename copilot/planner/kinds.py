"""Several kinds of data in one request: "load prices and news for Boeing", "show me the gaps and splits of IBM".

A tool loads or shows one kind at a time, so that each is a request of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_LOADS = re.compile(
    r"\b(?:load|get|fetch|download|pull|ingest|import|grab|collect|bring|update|refresh|need|want)\b", re.IGNORECASE
)
_SHOWS = re.compile(
    r"\b(?:show|see|display|list|check|print|look at|are there|any|give me|what|tell me)\b", re.IGNORECASE
)
_TOPICS = {
    "bars": r"(?:daily |hourly |minute )?(?:price )?(?:bars|prices|quotes|history)",
    "news": r"news|headlines",
    "fundamentals": r"fundamentals|balance sheets?|income statements?",
}
_VIEWS = {
    "gaps": r"gaps|holes|missing (?:days|sessions|bars)",
    "actions": r"splits|dividends|corporate actions|payouts",
    "changes": r"revisions|restatements",
    "quarantine": r"quarantined (?:rows|bars)|quarantine",
    "bars": r"(?:daily )?(?:bars|rows|prices|candles)",
}
_AND = r"(?:, and |, | and | & | plus | as well as | and also )(?:the |its |their |any )?"


def _row(kinds: Mapping[str, str]) -> re.Pattern[str]:
    """Return the pattern of two or more kinds joined by "and"."""
    one = rf"(?:{'|'.join(kinds.values())})(?![\w-])"
    return re.compile(rf"\b{one}(?:{_AND}{one})+", re.IGNORECASE)


_LISTS = ((_LOADS, _TOPICS, _row(_TOPICS)), (_SHOWS, _VIEWS, _row(_VIEWS)))


def each_kind(text: str) -> list[str]:
    """Return a request once for each of the kinds that stand in a row in it; the request where there are no two."""
    for verb, kinds, listed in _LISTS:
        said = verb.search(text)
        row = listed.search(text, said.end()) if said else None
        if row is None:
            continue
        words = re.split(_AND, row[0], flags=re.IGNORECASE)
        if len({_kind(word, kinds) for word in words}) == len(words):
            return [text[: row.start()] + word + text[row.end() :] for word in words]
    return [text]


def _kind(word: str, kinds: Mapping[str, str]) -> str:
    return next(name for name, pattern in kinds.items() if re.fullmatch(pattern, word, re.IGNORECASE))
