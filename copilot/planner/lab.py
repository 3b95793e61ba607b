"""Requests to the feature lab: is a feature to be made, is one to be examined for leaks, which one is meant.

"My feature" is the last one that was made or used in the conversation. A feature that is to use tomorrow's prices
is refused here in plain words; the leak firewall refuses it again, whatever was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from copilot.messages import Observation, Turn
from copilot.planner.candidates import Candidates, one
from copilot.planner.evidence import Evidence
from copilot.planner.features import MADE
from copilot.planner.making import NOUN, is_adding, is_into, is_making
from copilot.planner.part import as_call
from copilot.planner.talk import reply
from tools.features.catalog import parse_feature
from tools.kernel.errors import BadRequest

_PLAINLY = re.compile(
    r"\b(?:make|making|create|creating|build|building|generate|generating|construct|define|derive|engineer"
    r"|design|craft"
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
_LEAKS = re.compile(
    r"\bleak(?:s|y|ing|age|ages|ed)?\b|\blook(?:s|ed|ing)?[- ]?ahead\b|\bpeek(?:s|ing|ed)?\b|\bcheat(?:s|ing|ed)?\b"
    r"|\b(?:future|tomorrow's|later) (?:data|prices?|information|info|bars?|closes?|knowledge|values?)\b"
    r"|\b(?:in|into|at|see|sees|seeing|know|knows|of) the future\b|\bhindsight\b|\bsnooping\b"
    rf"|\b(?:trust|rely on|believe in) (?:{MADE}\w+|(?:(?:my|the|this|that|these|those) )?(?:\w+ )?{NOUN})"
    rf"|\b(?:is|are|was|were) (?:{MADE}\w+|(?:my|this|that|the|these|those) (?:\w+ )?{NOUN}) "
    r"(?:safe|sound|clean|honest|valid|trustworthy|ok|okay|causal|legit|kosher)\b"
    r"|\bleak[- ](?:check|test|firewall)s?\b|\bfirewall\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    rf"\b(?:my|our|the|this|that|these|those|its) (?:(?:new(?:est)?|last|latest|generated|own|custom|made"
    rf"|previous|same|two|freshly|just) )*(?P<noun>{NOUN})\b",
    re.IGNORECASE,
)
_MANY = re.compile(rf"\b(?:them|those|these|all|both|they)\b|\b{NOUN[:-2]}s\b", re.IGNORECASE)
_EVERY = re.compile(
    rf"\b(?:all|every|each|any)\b(?: (?:one )?(?:of )?)?(?:(?:my|our|the|generated) )*(?:{NOUN})", re.IGNORECASE
)
_ADDS = frozenset({"add", "include", "make", "create", "build", "generate"})
_NOUN = re.compile(rf"\b{NOUN}\b", re.IGNORECASE)
_ONE = re.compile(r"\b(?:it|this|that|them|these|those|they)\b", re.IGNORECASE)


def uses_the_future(evidence: Evidence) -> bool:
    """Tell whether a feature is asked for that needs to know later bars."""
    text = evidence.text
    return is_making(text) and bool(_FUTURE.search(text)) and not _NOT_THE_FUTURE.search(text)


def wants_made(evidence: Evidence) -> bool:
    """Tell whether the request is, by its form, for making a feature."""
    if evidence.of("experiment"):
        return False
    text = evidence.text
    if not (evidence.features or evidence.of("code") or _PLAINLY.search(text) or is_into(text)):
        return False
    adds = is_adding(evidence.text) and {each.kind for each in evidence.mentions} <= {"feature", "name", "symbol"}
    return is_making(evidence.text) or (adds and bool(evidence.features) and not set(evidence.content) - _ADDS)


def wants_checked(evidence: Evidence) -> bool:
    """Tell whether the request is, by its form, about leaks in features."""
    return bool(_LEAKS.search(evidence.text)) and not wants_made(evidence)


def means_own(evidence: Evidence) -> bool:
    """Tell whether "my feature" is spoken of and none is named."""
    return not evidence.features and _OWN.search(evidence.text) is not None


def speaks_of_own(evidence: Evidence) -> bool:
    """Tell whether features are spoken of without a name: "my feature", "any of my features", "it"."""
    text = evidence.text
    return any(pattern.search(text) for pattern in (_OWN, _EVERY, _ONE, _NOUN))


def says_feature(evidence: Evidence) -> bool:
    """Tell whether the request says "feature", or another word for one."""
    return _NOUN.search(evidence.text) is not None


def own_features(evidence: Evidence, history: Sequence[Turn], *, pronouns: bool = False) -> list[str]:
    """Return the features of this conversation that "my feature", "those features" or a pronoun means, else none.

    `pronouns`: "it" means one too.
    """
    text = evidence.text
    if evidence.features or _EVERY.search(text):
        return []
    if not _OWN.search(text) and not (pronouns and _ONE.search(text)):
        return []
    for turn in reversed(history):
        for step in reversed(turn.steps):
            if names := _features_of(step):
                return names if _MANY.search(text) else names[-1:]
    return []


def _features_of(step: Observation) -> list[str]:
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


def generate(evidence: Evidence, *_: object) -> Candidates:
    """Return what is to be made: features, or Python source that defines one."""
    source = [mention.value for mention in evidence.of("code") if "def feature" in mention.value]
    features = [] if source else [each for each in evidence.features if not each.startswith(MADE)]
    if together := _together(evidence.text):
        features = [f" {together} ".join(map(as_call, features))] if len(features) > 1 else features
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


def _together(text: str) -> str | None:
    """Return the operation that joins all the features that were named: "into one, by multiplying them"."""
    return next((sign for pattern, sign in _JOINED if pattern.search(text)), None)


def check(evidence: Evidence, *_: object) -> Candidates:
    """Return what is to be examined."""
    return {"features": one(evidence.features), "symbols": one(evidence.symbols)}


def left_over(evidence: Evidence) -> Iterator[str]:
    """Yield the words of arithmetic and the quantities of a request for a feature that became no part of it."""
    for match in _ARITHMETIC.finditer(evidence.text):
        joins = any(pattern.search(evidence.text) for pattern, _ in _JOINED)
        if not joins and not any(each.start <= match.start() < each.end for each in evidence.mentions):
            yield match[0]
    features = evidence.of("feature")
    for match in _SIGN.finditer(evidence.text):
        inside = any(each.start <= match.start() < each.end for each in evidence.mentions)
        beside = any(match.start() - 1 == each.end for each in features)
        if beside and not inside:
            yield match[0]
    for match in _ELSEWHERE.finditer(evidence.text):
        if not any(each.start <= match.start() < each.end for each in evidence.of("feature")):
            yield match[0]
    kept = [each for each in evidence.mentions if each.kind in ("feature", "name", "symbol", "period", "path")]
    for match in _CONDITION.finditer(evidence.text):
        if not any(each.start <= match.start() < each.end for each in kept):
            yield match[0]
    yield from of_something_else(evidence)


def of_something_else(evidence: Evidence) -> Iterator[str]:
    """Yield "RSI of volume", "volatility of RSI": a feature of the library reads what it reads, nothing else."""
    features = evidence.of("feature")
    for each in features:
        of = _OF.match(evidence.text, each.end)
        if of is None or "(" in each.value:
            continue
        other = next((feature for feature in features if feature.start == of.end()), None)
        field = _OTHER_FIELD.match(evidence.text, of.end())
        if other is not None or field is not None:
            end = other.end if other is not None else field.end() if field is not None else of.end()
            yield evidence.text[each.start : end]


_BESIDE = frozenset({"name", "symbol", "period", "horizon", "model", "count"})
_OF = re.compile(r" (?:of|on|for) (?:(?:the|its|daily|share|trading) )*", re.IGNORECASE)
_OTHER_FIELD = re.compile(
    r"(?:dollar )?volumes?\b|(?:highs?|lows?|opens?|opening)\b(?: prices?)?|typical prices?|(?:market|index)\b",
    re.IGNORECASE,
)
# "1 if RSI is below 30": what a feature of that name says nothing of.
_CONDITION = re.compile(
    rf"\b(?:if(?! (?:it|they|this|that|you|possible))|when(?:ever)?|unless|else|otherwise|below|above"
    rf"|(?:less|greater|more|higher|lower|smaller|larger) than|at (?:least|most)|exceed\w*)\b"
    rf"|(?<![\w.$])-?[0-9]+(?:\.[0-9]+)?%?(?![\w.]*\w)(?! (?:new |more |other )?{NOUN})",
    re.IGNORECASE,
)
_SIGN = re.compile(r"(?<=\s)[-+*/\u00d7](?=\s)")
_THEM = r"(?:them|both|the two|these|those|all(?: of them)?|together|the results?)"
_JOINED = (
    (
        re.compile(
            rf"\bby (?:multiplying|taking the product of)(?: {_THEM})?(?=\W|$)|\bmultiplied together\b",
            re.IGNORECASE,
        ),
        "*",
    ),
    (
        re.compile(
            rf"\bby (?:adding|summing)(?: {_THEM})?(?: up)?(?=\W|$)|\badded (?:together|up)\b", re.IGNORECASE
        ),
        "+",
    ),
)
# Vocabulary of other requests; no feature is made of it.
_ELSEWHERE = re.compile(
    r"\b(?:news|headlines?|sentiment|earnings|fundamentals?|dividends?|splits?|revenues?|income|balance sheets?"
    r"|cash flows?|p/e|eps|book value|interest rates?|inflation|vix|options?|analysts?|short interest|market cap\w*"
    r"|order book|ticks?|hourly|minutes?|experiments?|predictions?)\b",
    re.IGNORECASE,
)
_ARITHMETIC = re.compile(
    r"\b(?:times|multipl\w+|divid\w+|minus|plus|squared|product|ratio|quotient|subtract\w*|difference|power|log"
    r"|rank|average|z-?score|root)\b",
    re.IGNORECASE,
)
