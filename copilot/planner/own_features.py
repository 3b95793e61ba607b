"""Features of the user's own: which one "my feature", "those" or "it" means in a conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from copilot.messages import Observation, Turn
from copilot.planner.evidence import Evidence
from copilot.planner.features import MADE
from copilot.planner.making import NOUN
from copilot.planner.numbers import PLACES
from tools.features.catalog import parse_feature
from tools.kernel.errors import BadRequest

_OWN = re.compile(
    rf"\b(?:my|our|the|this|that|these|those|its) (?:(?:new(?:est)?|last|latest|generated|own|custom|made"
    rf"|previous|same|two|freshly|just) )*(?P<noun>{NOUN})\b",
    re.IGNORECASE,
)
_MANY = re.compile(rf"\b(?:them|those|these|all|both|they)\b|\b{NOUN[:-2]}s\b", re.IGNORECASE)
_EVERY = re.compile(
    rf"\b(?:all|every|each|any)\b(?: (?:one )?(?:of )?)?(?:(?:my|our|the|generated|own|new) )*(?:{NOUN})",
    re.IGNORECASE,
)
_NOUN = re.compile(rf"\b{NOUN}\b", re.IGNORECASE)
PAIR = 2
_BOTH_MINE = re.compile(rf"\bboth (?:of )?(?:my|our|the)(?: [\w]+)? (?:{NOUN})\b", re.IGNORECASE)
_OTHER_ONE = re.compile(rf"\bthe other (?:(?:{NOUN})\b|one (?:i|we|of m(?:y|ine)|that (?:i|we))\b)", re.IGNORECASE)
_NTH = re.compile(
    rf"\bthe (?P<rank>{'|'.join(PLACES)})"
    rf"(?: one\b| of (?:the |these |those |them\b)| (?:{NOUN}|regressor|input|variable)\b)",
    re.IGNORECASE,
)
_ONE = re.compile(r"\b(?:it|this|that|them|these|those|they)\b", re.IGNORECASE)


def other_or_both(evidence: Evidence, history: Sequence[Turn], state_features: Sequence[str]) -> list[str]:
    """Return the user's features that "the other feature of mine" or "both my features" means; else none."""
    held = made(state_features)
    if _BOTH_MINE.search(evidence.text):
        return held if len(held) == PAIR else []
    if not _OTHER_ONE.search(evidence.text):
        return []
    used = {name for turn in history for step in turn.steps for name in names_of(step)}
    others = [name for name in held if name not in used]
    return others if len(others) == 1 else []


def means_own(evidence: Evidence) -> bool:
    """Tell whether "my feature" is spoken of and none is named."""
    return not evidence.features and _OWN.search(evidence.text) is not None


def speaks_of_own(evidence: Evidence) -> bool:
    """Tell whether features are spoken of without a name: "my feature", "any of my features", "it"."""
    text = evidence.text
    return any(pattern.search(text) for pattern in (_OWN, _EVERY, _NTH, _ONE, _NOUN))


def features_meant(evidence: Evidence, history: Sequence[Turn], *, pronouns: bool = False) -> list[str]:
    """Return the features of this conversation that "my feature", "those features" or a pronoun means, else none.

    `pronouns`: "it" means one too.
    """
    text = evidence.text
    if evidence.features or _EVERY.search(text):
        return []
    nth = _NTH.search(text) if pronouns else None
    if not nth and not _OWN.search(text) and not (pronouns and _ONE.search(text)):
        return []
    for turn in reversed(history):
        for step in reversed(turn.steps):
            if (names := names_of(step)) and nth:
                place = PLACES[nth["rank"].lower()]
                return names[place:][:1] if -len(names) <= place < len(names) else []
            if names:
                return names if _MANY.search(text) else names[-1:]
    return []


def names_of(step: Observation) -> list[str]:
    """Return what a call made, examined or used; of a made one its name."""
    if step.status != "ok" or step.call.tool not in ("generate_features", "check_features", "run_experiment"):
        return []
    if step.call.tool == "generate_features":
        rows: Any = (step.result or {}).get("features")
        named = [str(row["name"]) for row in rows or () if isinstance(row, dict) and row.get("name")]
        if named:
            return named
        if name := step.call.args.get("name"):
            return [f"{MADE}{str(name).removeprefix(MADE)}"]
        from tools.lab.naming import automatic

        made_of = [str(each) for each in step.call.args.get("features", ())]
        return [each if _in_library(each) else automatic(each, "") for each in made_of]
    said = step.call.args.get("features")
    return [str(each) for each in said] if isinstance(said, list | tuple) else []


def _in_library(feature: str) -> bool:
    """Tell whether a feature is one of the library, whose name means the same whether or not it was made."""
    try:
        return parse_feature(feature).id == feature
    except BadRequest:
        return False


def made(state_features: Sequence[str]) -> list[str]:
    """Return the generated ones among the features of the workspace."""
    return [name for name in state_features if name.startswith(MADE)]
