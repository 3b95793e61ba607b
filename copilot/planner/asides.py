"""Sentences that ask for nothing, around those that do: "My train was late. Load Apple since 2010, please" is two.

They are told by the same weights as requests (`copilot.planner.phrasebook`). One is passed over where it names
nothing that a tool takes, is likely small talk, and another sentence asks for a tool; what is to be refused never
is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from copilot.planner.evidence import Evidence
from copilot.planner.phrasebook import INDEX, shares_of
from copilot.planner.quoted import BLANKED
from copilot.planner.request import tool_names

LIKELY = 0.5  # share of small talk from which a sentence is one
_SENTENCE = re.compile(r"[^.!?;]+(?:[.!?;](?=\S)[^.!?;]*)*[.!?;]*\s*")
_NAMES = (
    "feature",
    "entry",
    "exit",
    "path",
    "sql",
    "code",
    "experiment",
    "winner",
    "model",
    "option",
    "money",
    "source",
    "timezone",
)
_ON_SYMBOLS = {"ingest_data", "run_backtest", "run_experiment"}  # what is not done without one
_BECAUSE = re.compile(r",? (?=because\b)", re.IGNORECASE)
FEWEST_WORDS = 3  # of an aside; fewer are "now.", "Same again."


def without_asides(evidence: Evidence, before: str | None, index: Path = INDEX) -> str:
    """Return the text of a request without the sentences that ask for nothing; `before` is the tool before it.

    As it is where no sentence asks for a tool: then all of it is small talk, or to be refused.
    """
    places = list(_sentences(evidence.text))
    if len(places) == 1:
        return evidence.text
    views = {place: _view(evidence, *place, before, index) for place in places}
    kept = [place for place in places if not _is_aside(evidence, *place, views[place])]
    asked = {max(views[place], key=lambda label: views[place][label]).split()[0] for place in kept}
    if before is None and asked & _ON_SYMBOLS and not any(_symbols(evidence, *place) for place in kept):
        kept = [place for place in places if place in kept or _symbols(evidence, *place)]
    if not asked & tool_names():
        return evidence.text
    return "".join(evidence.text[start:end] for start, end in kept).strip()


def _symbols(evidence: Evidence, start: int, end: int) -> bool:
    """Tell whether a sentence names a symbol."""
    return any(each.kind == "symbol" and start <= each.start < end for each in evidence.mentions)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each sentence, a reason that is given counting as one."""
    for match in _SENTENCE.finditer(text):
        begin = match.start()
        for reason in _BECAUSE.finditer(text, match.start() + 1, match.end()):
            yield begin, reason.start()
            begin = reason.start()
        yield begin, match.end()


def _view(evidence: Evidence, start: int, end: int, before: str | None, index: Path) -> dict[str, float]:
    """Return what the words of one sentence speak for."""
    return shares_of(evidence.part(start, end), before, index)


def _is_aside(evidence: Evidence, start: int, end: int, view: Mapping[str, float]) -> bool:
    inside = [each for each in evidence.mentions if each.start < end and start < each.end]
    text = evidence.text[start:end]
    if any(each.kind in _NAMES for each in inside) or len(text.split()) < FEWEST_WORDS:
        return False
    if _BECAUSE.match(text):
        return True
    if BLANKED in text and not any(each.kind == "symbol" for each in inside):
        return True  # it only told of the passage that stood there
    return sum(share for label, share in view.items() if label.startswith("text")) > LIKELY
