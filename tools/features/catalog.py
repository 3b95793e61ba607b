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

from tools.features.feature import BoundFeature, Feature, Parameter
from tools.features.library import oscillator, risk, trend, volume
from tools.features.library.averages import settling_bars
from tools.kernel.errors import BadRequest
from tools.kernel.spec import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel

LONGEST_NAME = 80
_FILLER = {"bar", "bars", "day", "days", "period", "periods", "a", "an", "the"}


def _window_before(window: int) -> int:
    return window


def _window_including(window: int, *_: int) -> int:
    return window - 1


def _wilder_warmup(window: int) -> int:
    return settling_bars(window, alpha=1 / window)


def _macd_warmup(fast: int, slow: int, signal: int) -> int:
    longest = max(fast, slow)
    return settling_bars(longest, alpha=2 / (longest + 1)) + signal - 1


def _no_window() -> int:
    return 1


FEATURES: tuple[Feature, ...] = (
    Feature(
        "rsi",
        (Parameter("window", 14),),
        "Relative strength index (Wilder), 0 to 100",
        ("relative strength", "relative strength index", "wilder rsi", "overbought", "oversold"),
        oscillator.rsi,
        _wilder_warmup,
    ),
    Feature(
        "momentum",
        (Parameter("window", 20),),
        "Return over the window",
        ("price momentum", "trend following", "past return", "past returns"),
        trend.momentum,
        _window_before,
    ),
    Feature(
        "reversal",
        (Parameter("window", 5),),
        "Negative of the return over the window: high after a fall",
        ("reversals", "short term reversal", "short-term reversal", "mean reversion"),
        trend.reversal,
        _window_before,
    ),
    Feature(
        "volatility",
        (Parameter("window", 20, minimum=2),),
        "Annualised close-to-close volatility",
        ("realized volatility", "realised volatility", "historical volatility", "standard deviation"),
        risk.volatility,
        _window_before,
    ),
    Feature(
        "volume_zscore",
        (Parameter("window", 20, minimum=2),),
        "Volume against its mean, in standard deviations",
        ("volume z-score", "volume z score", "unusual volume", "abnormal volume"),
        volume.volume_zscore,
        _window_including,
    ),
    Feature(
        "volume_spike",
        (Parameter("window", 20),),
        "Volume as a multiple of its usual level",
        ("volume spikes", "spikes in volume", "relative volume", "volume surge", "volume surges", "high volume"),
        volume.volume_spike,
        _window_before,
    ),
    Feature(
        "sma_ratio",
        (Parameter("window", 50, minimum=2),),
        "Close against its simple moving average",
        ("sma", "moving average", "moving averages", "simple moving average", "distance from moving average"),
        trend.sma_ratio,
        _window_including,
    ),
    Feature(
        "macd",
        (Parameter("fast", 12), Parameter("slow", 26), Parameter("signal", 9)),
        "MACD histogram as a share of the close",
        ("macd histogram", "moving average convergence divergence"),
        trend.macd,
        _macd_warmup,
    ),
    Feature(
        "bollinger",
        (Parameter("window", 20, minimum=2), Parameter("width", 2, maximum=10)),
        "Bollinger %b: 0 on the lower band, 1 on the upper",
        ("bollinger band", "bollinger bands", "bollinger %b", "%b", "percent b"),
        oscillator.bollinger,
        _window_including,
    ),
    Feature(
        "drawdown",
        (Parameter("window", 63, minimum=2),),
        "Fall from the highest close of the window",
        ("drawdown from high", "distance from high", "drawdowns"),
        risk.drawdown,
        _window_including,
    ),
    Feature(
        "atr",
        (Parameter("window", 14),),
        "Average true range (Wilder) as a share of the close",
        ("average true range", "true range"),
        risk.atr,
        _wilder_warmup,
    ),
    Feature(
        "gap",
        (),
        "Overnight gap: open against the close before",
        ("gaps", "overnight gap", "overnight gaps", "overnight return", "opening gap"),
        risk.gap,
        _no_window,
    ),
)


@cache
def feature_ids() -> tuple[str, ...]:
    """Return the id of every feature with its default parameters, in catalogue order."""
    return tuple(feature.bind().id for feature in FEATURES)


@cache
def feature_phrases() -> Mapping[str, str]:
    """Return lower-case phrase -> default id, for every word people use for a feature and for its plain name."""
    phrases: dict[str, str] = {}
    for feature in FEATURES:
        for phrase in (feature.name.replace("_", " "), *feature.phrases):
            phrases[phrase] = feature.bind().id
    return MappingProxyType(phrases)


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


def parse_feature(text: str) -> BoundFeature:
    """Return the feature that `text` names: `rsi_14`, `rsi`, `RSI(14)`, `rsi 14`, `14-day RSI`, `volume spikes`.

    Raises:
        BadRequest: no such feature (the nearest are in the hint), or parameters it cannot take.
    """
    negative = re.search(r"(?<![A-Za-z0-9])-\s*[0-9]", text)
    feature = None if negative or len(text) > LONGEST_NAME else _by_words().get(_words(text))
    if feature is None:
        raise BadRequest(f"There is no feature called {text[:LONGEST_NAME]!r}.", hint=_nearest(text[:LONGEST_NAME]))
    return feature.bind([int(digits) for digits in re.findall(r"[0-9]+", text)])


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
    frames: dict[str, pd.DataFrame] = {}
    for done, (name, feature) in enumerate(bound.items(), start=1):
        frames[name] = feature.compute(panel)
        progress("features", done, len(bound))
    return frames
