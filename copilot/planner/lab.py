"""Requests to the feature lab: is a feature to be made, or is one to be examined for leaks.

A feature that is to use tomorrow's prices is refused here in plain words; the leak firewall refuses it again,
whatever was said.
"""

from __future__ import annotations

import re

from copilot.planner.candidates import Candidates, one
from copilot.planner.evidence import Evidence
from copilot.planner.features import MADE
from copilot.planner.making import NOUN, is_adding, is_into, is_making, joined_by
from copilot.planner.part import as_call
from copilot.planner.talk import reply

_PLAINLY = re.compile(
    r"\b(?:make(?! (?:sure|certain))|making|create|creating|build|building|generate|generating|construct|define"
    r"|derive|engineer|design|craft"
    rf"|invent|new|another)\b (?:(?:me|us|an?|the|some|another|one|two|three|new|my|own) )*(?:\w+ )?{NOUN}\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:tomorrow(?:'s)?|future|the day after|following (?:day|bar|session|week|month)(?:'s)?"
    r"|(?:next|coming|upcoming) (?:few |[0-9]+ |two |three |five |ten |trading )?(?:day|bar|session|week|month"
    r"|quarter|year|open|close|return|price|move)s?(?:'s?)?"
    r"|(?:days?|bars?|weeks?|months?|sessions?) (?:ahead|later|afterwards|into the future|from now)"
    r"|forward returns?|later (?:prices?|closes?|bars?)|not yet known|hindsight)\b",
    re.IGNORECASE,
)
_NOT_THE_FUTURE = re.compile(
    r"\b(?:not|n't|never|without|no|avoid\w*|free of|instead of|predict\w*|forecast\w*|anticipat\w*|for testing"
    r"|tests?)\b",
    re.IGNORECASE,
)
LEAKS = re.compile(
    r"\bleak(?:s|y|ing|age|ages|ed)?\b|\blook(?:s|ed|ing)?[- ]?ahead\b|\bpeek(?:s|ing|ed)?\b|\bcheat(?:s|ing|ed)?\b"
    r"|\b(?:future|tomorrow's|later) (?:data|prices?|information|info|bars?|closes?|knowledge|values?)\b"
    r"|\b(?:in|into|at|see|sees|seeing|know|knows|of) the future\b|\bhindsight\b|\bsnooping\b"
    rf"|\b(?:trust|rely on|believe in) (?:{MADE}\w+|(?:(?:my|the|this|that|these|those) )?(?:\w+ )?{NOUN})"
    rf"|\b(?:is|are|was|were) (?:{MADE}\w+|(?:my|this|that|the|these|those) (?:\w+ )?{NOUN}) "
    r"(?:safe|sound|clean|honest|valid|trustworthy|ok|okay|causal|legit|kosher)\b"
    r"|\bleak[- ](?:check|test|firewall)s?\b|\bfirewall\b",
    re.IGNORECASE,
)
_CHECKS_OWN = re.compile(
    r"\b(?:check|vet|verify|examine)\b.{0,25}\b(?:ones?|those|what|everything|things?|all)(?: that)? (?:i"
    r"|we)(?:'ve| have)? (?:\w+ )?(?:made|generated|built|created|wrote|defined)\b",
    re.IGNORECASE,
)
_PROVES = {"check", "checked", "verify", "verified", "prove", "proven", "vet", "vetted"}
_ADDS = frozenset({"add", "include", "make", "create", "build", "generate", *_PROVES})
_SAVES = re.compile(  # "save rsi(7) - rsi(21) as rsi_spread"
    r"\W*(?:please |now |and |can you |could you )*(?:save|store|keep|register|define)\b.{3,120}?"
    r"\bas [\"'`]?[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b",
    re.IGNORECASE,
)
_NOUN = re.compile(rf"\b{NOUN}\b", re.IGNORECASE)
_BESIDE = frozenset({"name", "symbol", "period", "horizon", "model", "count"})


def uses_the_future(evidence: Evidence) -> bool:
    """Tell whether a feature is asked for that needs to know later bars."""
    text = evidence.text
    return is_making(text) and bool(_FUTURE.search(text)) and not _NOT_THE_FUTURE.search(text)


def wants_made(evidence: Evidence) -> bool:
    """Tell whether the request is, by its form, for making a feature."""
    if evidence.of("experiment"):
        return False
    text = evidence.text
    if evidence.features and _SAVES.match(text) and not evidence.of("model"):
        return True
    if not (evidence.features or evidence.of("code") or _PLAINLY.search(text) or is_into(text)):
        return False
    adds = is_adding(evidence.text) and {each.kind for each in evidence.mentions} <= {"feature", "name", "symbol"}
    return is_making(evidence.text) or (adds and bool(evidence.features) and not set(evidence.content) - _ADDS)


def checks_own(evidence: Evidence) -> bool:
    """Tell whether everything the user made is to be examined: "check all the ones I generated"."""
    return _CHECKS_OWN.search(evidence.text) is not None


def wants_checked(evidence: Evidence) -> bool:
    """Tell whether the request is, by its form, about leaks in features."""
    return bool(LEAKS.search(evidence.text) or checks_own(evidence)) and not wants_made(evidence)


def says_feature(evidence: Evidence) -> bool:
    """Tell whether the request says "feature", or another word for one."""
    return _NOUN.search(evidence.text) is not None


def generate(evidence: Evidence, *_: object) -> Candidates:
    """Return what is to be made: features, or Python source that defines one."""
    source = [mention.value for mention in evidence.of("code") if "def feature" in mention.value]
    features = [] if source else [each for each in evidence.features if not each.startswith(MADE)]
    if sign := joined_by(evidence.text):
        features = [f" {sign} ".join(map(as_call, features))] if len(features) > 1 else features
    return {
        "features": one(features),
        "symbols": one(evidence.symbols),
        "name": [mention.value for mention in evidence.of("name")][:1],
        "code": source[:1],
    }


def answered(asked: Evidence, question: str, answer: str) -> str:
    """Return what was `asked` with the `answer` behind it; as its feature, where that was the `question`.

    Nothing else of it is kept then but what stands beside a feature: the name it is to have, symbols, dates.
    """
    if not question.rstrip().endswith(reply("ask_feature_part").rpartition(". ")[2]):
        return f"{asked.text}, {answer}"
    beside = [asked.text[each.start : each.end] for each in asked.mentions if each.kind in _BESIDE]
    start = "run an experiment with" if beside and not wants_made(asked) else "make a feature from"
    return ", ".join([f"{start} {answer}", *beside])


def check(evidence: Evidence, *_: object) -> Candidates:
    """Return what is to be examined."""
    return {"features": one(evidence.features), "symbols": one(evidence.symbols)}
