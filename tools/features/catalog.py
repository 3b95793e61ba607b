"""The feature catalogue: every library feature in one explicit tuple, found by id or by the words people use.

Loads without pandas, because completion and the planner read the names at start.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from tools.features.feature import BoundFeature, Feature, compute_all
from tools.features.library import (
    across,
    calendar,
    highs,
    market,
    oscillator,
    returns,
    shape,
    spectrum,
    trend,
    volatility,
    volume,
)
from tools.kernel.errors import BadRequest
from tools.kernel.spec import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel

LONGEST_NAME = 80
_FILLER = {"bar", "bars", "day", "days", "period", "periods", "a", "an", "the"}
BARS_A_WEEK, WEEKS_A_YEAR = 5, 52
BARS_IN = {"month": 21, "quarter": 63, "year": 252}
_SPAN = re.compile(r"\b([0-9]+)[\s-]*(week|month|quarter|year)s?\b")

FEATURES: tuple[Feature, ...] = (
    *oscillator.FEATURES,
    *returns.FEATURES,
    *volatility.FEATURES,
    *volume.FEATURES,
    *trend.FEATURES,
    *highs.FEATURES,
    *shape.FEATURES,
    *market.FEATURES,
    *across.FEATURES,
    *calendar.FEATURES,
    *spectrum.FEATURES,
)


@cache
def feature_ids() -> tuple[str, ...]:
    """Return the id of every feature with its default parameters, in catalogue order."""
    return tuple(feature.bind().id for feature in FEATURES)


@cache
def feature_phrases() -> Mapping[str, str]:
    """Return lower-case phrase -> default id, for every word people use for a feature and for its plain name.

    A name that is an everyday word is left out: in a sentence it means something else.
    """
    phrases: dict[str, str] = {}
    for feature in FEATURES:
        names = () if feature.everyday_word else (feature.name.replace("_", " "),)
        for phrase in (*names, *feature.phrases):
            phrases[phrase] = feature.bind().id
    return MappingProxyType(phrases)


@cache
def _by_phrase() -> Mapping[str, str]:
    """Return phrase -> default id, hyphens as spaces."""
    return {_spaced(phrase): feature_id for phrase, feature_id in feature_phrases().items()}


@cache
def _by_words() -> Mapping[str, Feature]:
    """Return normalised phrase -> feature."""
    names = {_words(feature.name): feature for feature in FEATURES}
    spoken = {_words(phrase): feature for feature in FEATURES for phrase in feature.phrases}
    return {**spoken, **names}


def _words(text: str) -> str:
    """Return the words of `text` without digits, brackets and words such as "day"."""
    bare = re.sub(r"[0-9_(),\-]+", " ", text.lower())
    return " ".join(word for word in bare.split() if word not in _FILLER)


def _spaced(text: str) -> str:
    return " ".join(text.lower().replace("-", " ").split())


def _in_bars(text: str) -> str:
    """Write spans in bars of a day: `6-month` as `126`, `52-week` as `252`."""

    def bars(span: re.Match[str]) -> str:
        count, unit = int(span[1]), span[2]
        if unit != "week":
            return f" {count * BARS_IN[unit]} "
        years, weeks = divmod(count, WEEKS_A_YEAR)
        return f" {years * BARS_IN['year'] + weeks * BARS_A_WEEK} "

    return _SPAN.sub(bars, text.lower())


def parse_feature(text: str) -> BoundFeature:
    """Return the feature that `text` names: `rsi_14`, `rsi`, `RSI(14)`, `rsi 14`, `14-day RSI`, `volume spikes`.

    Weeks, months, quarters and years are read as 5, 21, 63 and 252 bars (52 weeks as a year): `6-month momentum`.

    Raises:
        BadRequest: no such feature (the nearest are in the hint), or parameters it cannot take.
    """
    minus = re.search(r"(?<![A-Za-z0-9])-|-(?![A-Za-z0-9])", text)  # no hyphen, as in 14-day
    readable = len(text) <= LONGEST_NAME and not minus
    if readable and (exact := _by_phrase().get(_spaced(text))):
        text = exact  # "52-week high": the number is part of the name
    bars = _in_bars(text) if readable else ""
    feature = _by_words().get(_words(bars))
    if feature is None:
        raise BadRequest(f"There is no feature called {text[:LONGEST_NAME]!r}.", hint=_nearest(text[:LONGEST_NAME]))
    return feature.bind([int(digits) for digits in re.findall(r"[0-9]+", bars)])


def _nearest(text: str) -> str:
    phrases = feature_phrases()
    near = difflib.get_close_matches(_words(text), phrases, n=5, cutoff=0.5)
    ids = list(dict.fromkeys(phrases[phrase] for phrase in near))[:3]
    return f"Did you mean {', '.join(ids)}?" if ids else f"The library has {', '.join(feature_ids())}."


def compute_features(panel: Panel, ids: Sequence[str], progress: Progress = silent) -> dict[str, pd.DataFrame]:
    """Compute features by id; reports `features` progress.

    Returns:
        Canonical id -> bars x symbols, in the order asked for, each once; NaN in every symbol's warm-up.

    Raises:
        BadRequest: an id is unknown, or `ids` is empty.
    """
    bound = {feature.id: feature for feature in map(parse_feature, ids)}
    if not bound:
        raise BadRequest("No feature was named.", hint=f"The library has {', '.join(feature_ids())}.")
    return compute_all(panel, tuple(bound.values()), progress)
