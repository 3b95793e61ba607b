"""What is said to predict: a request that names a predictor nobody knows must not be tested with another.

"Does the moon phase predict IBM?" names one; "can we predict IBM?" names none, and the default features hold.
"""

from __future__ import annotations

import difflib
import re
from functools import cache

from copilot.planner.evidence import Evidence
from copilot.planner.figures import figures_in
from copilot.planner.talk import reply
from copilot.planner.unheard import is_vocabulary
from copilot.planner.vocabulary import load_plan_file, words_of
from tools.features.catalog import feature_phrases

_OPENS = r"\b(?:if|whether|does|do|did|can|could|will|would|that|how (?:well|much) (?:does|do|can))\b"
_TELLS = (
    r"(?:(?:can |could |will |would |might |may |actually |really |reliably |help |helps |to )*"
    r"(?:predict|forecast|foresee|foretell|anticipate|explain|foreshadow|drive|affect|influence|move|impact"
    r"|precede|lead)(?:s|es|ed|ing)?\b)"
)
_SUBJECTS = (
    re.compile(rf"{_OPENS} (?P<what>[^?.!;]+?) {_TELLS}", re.IGNORECASE),
    re.compile(r"\b(?:is|are|was|were) (?P<what>[^?.!;]+?) (?:an? |any )?(?:good |useful |reliable )?"
               r"(?:predictors?|predictive|indicators?|signals?|informative)\b", re.IGNORECASE),
    re.compile(r"\b(?:using|based on|with|from|on the basis of) (?P<what>[^?.!;,]+?)"
               r"(?=$|[?.!;,]| (?:on|for|to|since|from|until|over|between|predict|with)\b)", re.IGNORECASE),
    re.compile(r"\b(?:the|an?) (?P<what>[\w' -]+? (?:effect|anomaly|seasonality))\b", re.IGNORECASE),
    re.compile(
        r"\b(?:test|try|check|evaluate|examine|study|investigate|backtest|assess) (?:out )?(?P<what>[^?.!;,]+?)"
        r" (?:on|for|in)\b(?! (?:the )?(?:next|last|past))",
        re.IGNORECASE,
    ),
    re.compile(r"^(?:the |an? )?(?P<what>[\w' -]+?) (?:predicts?|forecasts?|drives?|leads?)\b", re.IGNORECASE),
)  # fmt: skip
_POINTS = re.compile(  # "use it to predict IBM": at what was spoken of
    r"(?:(?:now |then )*(?:use|take|apply|put|feed) )?(?:(?:the )?same(?: (?:thing|test|one|again))?(?: but)?"
    r"|ditto(?: but)?|again|it|that|this|them|these|those|that one)(?: alone| only| just)?(?: in order)?(?: to)?",
    re.IGNORECASE,
)
_OPENED = re.compile(
    r"^.*\b(?:how (?:well|much|strongly|reliably|far)|whether|if) (?=(?:it|this|that|they)$)", re.IGNORECASE
)
_SETTINGS = frozenset({"model", "horizon", "option", "count", "experiment"})
LONGEST = 5  # words of a predictor after "with" or "test"
NEAREST = 3
PLAIN = 2  # of the patterns, those with a verb or noun of predicting


def unknown_predictor(evidence: Evidence, *, plainly: bool = False) -> str | None:
    """Return the words of a predictor that is no feature, or None where a feature or no predictor was named.

    `plainly`: only where a verb of predicting follows it, in a request that may be about something else.
    """
    if evidence.features:
        return None
    for place, pattern in enumerate(_SUBJECTS[: PLAIN if plainly else None]):
        for match in pattern.finditer(evidence.text):
            what = _OPENED.sub("", match["what"].strip())
            if place >= PLAIN and len(what.split()) > LONGEST:
                continue
            settings = place >= PLAIN and _is_setting(what, match.start("what"), evidence)
            if what and not settings and _names_something(what, match.start("what"), evidence):
                return re.split(r"\b(?:if|whether|that|does|do)\b ", what)[-1].strip()
    return None


def ask_about(predictor: str) -> str:
    """Return the question that names the features nearest to `predictor`."""
    words = predictor.replace("{", "(").replace("}", ")")
    near = ", ".join(_nearest(predictor))
    return reply("ask_feature").replace("[said]", words).replace("[near]", near)


def _names_something(what: str, start: int, evidence: Evidence) -> bool:
    """Tell whether a subject holds a word beyond `the model`, `past returns`, a symbol alone, or a period."""
    end = start + len(what)
    if _POINTS.fullmatch(what):
        return False
    symbols = [mention for mention in evidence.mentions if mention.kind == "symbol"]
    if any(start <= each.start < end for each in symbols) and any(each.start >= end for each in symbols):
        return True  # one symbol is to predict another
    plain = evidence.text[:end]
    for mention in evidence.mentions:
        stop = min(mention.end, end)
        plain = plain[: mention.start] + " " * max(0, stop - mention.start) + plain[stop:]
    return any(word not in _generic() for word in words_of(plain[start:]))


def _is_setting(what: str, start: int, evidence: Evidence) -> bool:
    """Tell whether words say how a test is to be run: "from ridge", "with two weeks"."""
    inside = (each for each in evidence.mentions if start <= each.start < start + len(what))
    return bool(figures_in(what)) or any(each.kind in _SETTINGS for each in inside)


def _nearest(predictor: str) -> list[str]:
    """Return the ids of the features whose names resemble `predictor` most; the best known where none does."""
    phrases = feature_phrases()
    found: list[str] = []
    for word in (predictor.lower(), *words_of(predictor)):
        if len(word) > NEAREST and (word == predictor.lower() or not is_vocabulary(word) or word in phrases):
            found += [phrases[each] for each in difflib.get_close_matches(word, phrases, n=NEAREST, cutoff=0.6)]
    return list(dict.fromkeys([*found, "rsi_14", "momentum_20", "volatility_20", "volume_spike_20"]))[:NEAREST]


@cache
def _generic() -> frozenset[str]:
    words = load_plan_file("words.json")
    return frozenset(f"{words['function']} {words['no_predictor']}".split())
