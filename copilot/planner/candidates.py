"""Candidate values by argument: what the request leaves to choose from, an empty list where it says nothing."""

from __future__ import annotations

from typing import Any

from copilot.planner.evidence import Evidence, period_of
from copilot.planner.mention import Kind

Candidates = dict[str, list[Any]]


def one(value: Any) -> list[Any]:
    """Return `value` as the only candidate; None and an empty list are no candidate."""
    return [] if value is None or value == [] else [value]


def first(evidence: Evidence, kind: Kind) -> list[Any]:
    """Return the first mention of a kind as the only candidate."""
    return [mention.value for mention in evidence.of(kind)][:1]


def period(evidence: Evidence) -> Candidates:
    """Return `start` and `end` of the period that was said."""
    start, end = period_of(evidence.wanted("period"))
    return {"start": one(start and start.isoformat()), "end": one(end and end.isoformat())}
