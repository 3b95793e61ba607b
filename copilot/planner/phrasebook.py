"""The index of the phrase books at work: how likely each tool, with its closed choices, is by the words alone.

A label is a tool and the closed choices that the words stand for: `show_data view=gaps`. The weights are fitted by
`copilot.tuning.index` and shipped; terms are those of the examples (`copilot.planner.retrieve`), and the tool of
the call before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import prompts
from copilot.planner.evidence import Evidence
from copilot.planner.linear import load
from copilot.planner.offers import closed
from copilot.planner.retrieve import spoken, terms_of
from copilot.planner.senses import sense_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INDEX = prompts.FOLDER / "tuning" / "index.npz"


def choice_of(call: Mapping[str, Any]) -> str:
    """Return the label of a call: its tool and closed choices, or the branch and reason of a reply."""
    tool, args = call["tool"], call["args"]
    if tool == "reply":
        branch, reason = next(iter(args.items()))
        return f"text {reason}" if branch == "text" else str(reason)
    said = [f"{name}={json.dumps(args[name])}" for name in sorted(closed(tool) & args.keys() - ROUGH)]
    return " ".join([tool, *said])


# Choices that the resolvers hear by themselves, and that words outside them do not tell.
ROUGH = frozenset({"interval", "model", "book"})


def terms_with(evidence: Evidence, before: str | None) -> list[str]:
    """Return the terms of a request, with the tool of the call before it."""
    return [*terms_of(evidence.text, evidence.mentions), *([f"<{before}"] if before else [])]


def sense_with(evidence: Evidence) -> NDArray[np.float32]:
    """Return the sense of a request's words, its names aside."""
    return sense_of(spoken(evidence.text, evidence.mentions))


def shares_of(evidence: Evidence, before: str | None, index: Path = INDEX) -> dict[str, float]:
    """Return label -> share of certainty; they sum to 1. `before` is the tool of the call before."""
    return load(index).shares(terms_with(evidence, before), sense_with(evidence))


def index_for(adapter: Path | None) -> Path:
    """Return the index that was made with an adapter, where it has one of its own; else that of SLQ."""
    own = adapter.parent / INDEX.name if adapter is not None else INDEX
    return own if own.is_file() else INDEX
