"""Features in a request: ids as typed (`rsi_14`) and the words people use (`14-day RSI`, `volume spikes`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from copilot.planner.mention import Mention
from copilot.planner.numbers import SMALL, read_small
from copilot.planner.vocabulary import load_plan_file
from tools.features.catalog import feature_phrases, parse_feature
from tools.kernel.errors import BadRequest

_ID = re.compile(r"\b[a-z]+(?:_[a-z]+)*(?:_[0-9]{1,3})+\b")
_SPAN = r"[ -]?(?:trading )?(?:day|bar|period|session|d)s?"


def find_features(text: str) -> Iterator[Mention]:
    """Yield features by id, in any case; a window said beside the name is taken into the id."""
    for match in _ID.finditer(text.lower()):
        yield Mention("feature", match.start(), match.end(), match[0])
    for match in _pattern().finditer(text):
        window = match["before"] or match["after"] or match["bracket"] or match["suffix"]
        name = re.sub(r"[\s-]+", " ", match["name"].lower())
        yield Mention("feature", match.start(), match.end(), _bound(_default(name), window))


def _bound(default: str, window: str | None) -> str:
    """Return the id with `window` in place of the default one, where the feature takes it."""
    if not window:
        return default
    numbers = [str(read_small(part)) for part in re.split(r"\s*,\s*", window)]
    try:
        return parse_feature(re.sub(r"[0-9_]+$", "", default) + " " + " ".join(numbers)).id
    except BadRequest:
        return default


def _default(name: str) -> str:
    phrases = _phrases()
    return phrases.get(name) or phrases[name.removesuffix("s")]


@cache
def _phrases() -> dict[str, str]:
    """Return phrase -> id, hyphens as spaces: those of the catalogue, and other word orders of them."""
    phrases = {re.sub(r"[\s-]+", " ", phrase): feature for phrase, feature in feature_phrases().items()}
    for word, phrase in load_plan_file("feature_words.json").items():
        if phrase in phrases:
            phrases.setdefault(word, phrases[phrase])
    return phrases


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(_phrases(), key=len, reverse=True)
    name = "|".join(re.escape(each).replace(r"\ ", r"[\s-]+") for each in names)
    return re.compile(
        rf"(?<![\w-])(?:(?P<before>{SMALL}){_SPAN} )?(?P<name>(?:{name})s?)"
        rf"(?: ?\((?P<bracket>[0-9]{{1,3}}(?:, ?[0-9]{{1,3}})*)\)| ?\((?P<suffix>{SMALL}){_SPAN}\)"
        rf"|[ -]?(?P<after>[0-9]{{1,3}})(?![\w.,]*[0-9k])(?! ?(?:day|week|month|year|%|names|stocks"
        r"|positions|and [0-9])))?(?!\w|-(?!based|driven|style|type|sorted|ranked))",
        re.IGNORECASE,
    )
