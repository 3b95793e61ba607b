"""Fit the index of the phrase books: which words speak for which tool and which of its closed choices."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from copilot.messages import LiveState
from copilot.planner.evidence import gather
from copilot.planner.phrasebook import choice_of, sense_with, terms_with
from copilot.tuning.linear import Document, fit, predicted
from copilot.tuning.pair import Pair, call_before, request_of
from copilot.tuning.slots import TODAY

BALANCE = 0.5  # between counting wordings and counting choices; this and the penalty by what is held out


def document(pair: Pair) -> Document:
    """Return the terms and sense of a pair's request and the choice that its call stands for."""
    evidence = gather(request_of(pair), LiveState(), TODAY)
    label = choice_of(json.loads(pair.call))
    before = call_before(pair)
    return Document(terms_with(evidence, before["tool"] if before else None), label, sense_with(evidence))


def fit_index(pairs: Sequence[Pair], target: Path, made_from: str) -> dict[str, float]:
    """Fit the index on the training pairs, write it to `target`, and return its accuracy on those held out.

    Returns:
        `choice`, the share with the right tool and closed choices, and `tool`, that with the right tool.
    """
    fit([document(pair) for pair in pairs if pair.split == "train"], target, made_from, balance=BALANCE)
    held = [document(pair) for pair in pairs if pair.split == "held"]
    found = list(zip(predicted(held, target), (each.label for each in held), strict=True))
    return {
        "choice": sum(best == label for best, label in found) / max(1, len(found)),
        "tool": sum(best.split()[0] == label.split()[0] for best, label in found) / max(1, len(found)),
    }
