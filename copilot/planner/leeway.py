"""What the model may still choose of a call: names among those in the words, figures that are not yet spent."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from copilot.planner.candidates import Candidates
from copilot.planner.edits import NAMES
from copilot.planner.evidence import Evidence
from copilot.planner.offers import Offers, offers
from copilot.planner.request import Request

_FROM = re.compile(
    r"\b(?:(?:from|form|via|using|through|off|out of|by)(?: the)?|(?:source|vendor|provider|feed)(?: is)?[:=]?) ?$",
    re.IGNORECASE,
)
_ITS = re.compile(
    r"(?:'s)? (?:ones|bars|rows|data|prices|version|figures|quotes|feed|source|only)\b", re.IGNORECASE
)
SHARES = ("target_volatility", "max_position", "max_drawdown")
CHOSEN = frozenset({*NAMES, "source"})


def unspent(offered: Offers, said: Candidates) -> Offers:
    """Return the counts and shares offered without those that are spent: of "vol to 15" no 15 names."""
    shares = {
        name: [each for each in offered[name] if all(each != said[other][0] for other in SHARES if said.get(other))]
        for name in SHARES
        if name in offered and not said.get(name)
    }
    spent = {round(100 * float(said[name][0])) for name in SHARES if said.get(name)}
    counts = {name: offered[name] for name in ("top_n", "max_positions") if name in offered}
    return {
        **shares,
        **{name: [value for value in values if value not in spent] for name, values in counts.items()},
    }


def readable(label: str, request: Request) -> Request:
    """Return a request without the conditions that no rule could place, where every one was read all the same."""
    unread = [each for each in request.evidence.mentions if each.value is None]
    read = offers(label, request.evidence, request.state).get("entry", []) if unread else []
    kinds = {each.kind for each in request.evidence.mentions if each.kind in ("entry", "exit")}
    if label != "run_backtest" or not unread or len(read) < len(kinds):
        return request
    kept = tuple(each for each in request.evidence.mentions if each.kind not in kinds)
    return replace(request, evidence=Evidence(request.text, kept))


def is_choice(field: str, values: list[Any], offered: Offers, evidence: Evidence) -> bool:
    """Tell whether the model may choose the value of a field that the resolvers found.

    It may where it was taught better than the rules know: among names that are in the words, and between a vendor
    and a company of that name.
    """
    if field not in CHOSEN or not offered.get(field) or not values:
        return False
    if field == "source":
        return values[0] in offered[field] and not any(
            _FROM.search(evidence.text[: each.start]) or _ITS.match(evidence.text, each.end)
            for each in evidence.of("source")
        )
    heard = evidence.symbols if field == "symbols" else evidence.features
    kind = NAMES[field]
    if values[0] != heard or len(evidence.wanted(kind)) < len(evidence.of(kind)):
        return False  # they are those of the call before, edited, or some were to be left out
    return set(heard) < {*offered[field]}
