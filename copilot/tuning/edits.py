"""Fit what tells how a follow-up changes the call before it (`copilot.planner.edits`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from copilot.messages import LiveState
from copilot.planner.edits import NAMES, terms_of_name
from copilot.planner.evidence import Evidence, gather
from copilot.planner.given_up import FIXED, terms_of_setting
from copilot.tuning.linear import Document, fit, predicted
from copilot.tuning.pair import Pair, call_before, request_of
from copilot.tuning.slots import TODAY

PENALTY = 1e-6
SETTINGS = (
    *("horizon_days", "top_n", "book", "model", "label", "split", "combinatorial", "start", "end"),
    *("max_position", "max_drawdown", "target_volatility", "exit", "max_positions", "as_of", "interval"),
)


def documents(pair: Pair) -> Iterator[Document]:
    """Yield the terms of each name and setting of a pair that varies the call before it, and what becomes of it.

    A name that takes the place of others might as well have been among them: it counts once as new, once as held.
    """
    before, call = call_before(pair), json.loads(pair.call)
    if before is None:
        return
    evidence = gather(request_of(pair), LiveState(), TODAY)
    if before["tool"] != call["tool"]:  # of another thing: it would give up nothing, whatever there was
        some = SETTINGS[sum(map(ord, pair.prompt)) % len(SETTINGS)]
        yield Document(terms_of_setting(evidence, some), "keep")
        return
    for field, kind in NAMES.items():
        old, new = _names(before["args"], field), _names(call["args"], field)
        said = {str(mention.value).lower() for mention in evidence.of(kind)}
        for mention in evidence.of(kind):
            role = _role(str(mention.value).lower(), said, old, new)
            for held in (True, False) if role == "replace" else (role in ("keep", "drop"),):
                yield Document(terms_of_name(call["tool"], evidence, mention, held=held), role)
    yield from _settings(evidence, before["args"], call["args"])


def fit_edits(pairs: Sequence[Pair], target: Path, made_from: str) -> dict[str, float]:
    """Fit on the training pairs, write to `target`, and return the accuracy on those held out.

    Returns:
        `edits`, the share of all names and settings told right, and `changes`, that of those that do not stay.
    """
    fit(
        [each for pair in pairs if pair.split == "train" for each in documents(pair)],
        target,
        made_from,
        penalty=PENALTY,
    )
    held = [each for pair in pairs if pair.split == "held" for each in documents(pair)]
    found = list(zip(predicted(held, target), (each.label for each in held), strict=True))
    changes = [best == label for best, label in found if label in ("add", "drop")]
    return {
        "edits": sum(best == label for best, label in found) / max(1, len(found)),
        "changes": sum(changes) / max(1, len(changes)),
    }


def _role(name: str, said: set[str], old: list[str], new: list[str]) -> str:
    if name not in new:
        return "drop" if name in old else "none"
    if not set(old) & set(new) - said:
        return "replace"  # of those before, none stays that is not said anew
    return "keep" if name in old else "add"


def _settings(evidence: Evidence, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Document]:
    for name, value in old.items():
        if name not in FIXED and (name not in new or new[name] == value):
            yield Document(terms_of_setting(evidence, name), "keep" if name in new else "drop")


def _names(args: Mapping[str, Any], field: str) -> list[str]:
    return [str(each).lower() for each in args.get(field, ())]
