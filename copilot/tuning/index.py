"""Fit the index of the phrase books: which words speak for which tool and which of its closed choices."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from copilot.messages import LiveState
from copilot.planner.evidence import gather
from copilot.planner.phrasebook import choice_of, terms_with
from copilot.tuning.dataset import Pair, before_of, request_of
from copilot.tuning.linear import Document, fit, predicted
from copilot.tuning.slots import TODAY

BALANCE = 0.5  # between counting wordings and counting choices; this and the penalty by what is held out


def document(pair: Pair) -> Document:
    """Return the terms of a pair's request and the choice that its call stands for."""
    evidence = gather(request_of(pair), LiveState(), TODAY)
    return terms_with(evidence, before_of(pair)), choice_of(json.loads(pair.call))


def fit_index(pairs: Sequence[Pair], target: Path, made_from: str) -> dict[str, float]:
    """Fit the index on the training pairs, write it to `target`, and return its accuracy on those held out.

    Returns:
        `choice`, the share with the right tool and closed choices, and `tool`, that with the right tool.
    """
    fit([document(pair) for pair in pairs if pair.split == "train"], target, made_from, balance=BALANCE)
    held = [document(pair) for pair in pairs if pair.split == "held"]
    found = list(zip(predicted(held, target), (label for _, label in held), strict=True))
    return {
        "choice": sum(best == label for best, label in found) / max(1, len(found)),
        "tool": sum(best.split()[0] == label.split()[0] for best, label in found) / max(1, len(found)),
    }
