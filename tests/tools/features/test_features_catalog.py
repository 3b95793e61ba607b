"""Names of features: what people type, and what comes of it."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.features.catalog import FEATURES, compute_features, feature_ids, feature_phrases, parse_feature
from tools.features.feature import Feature
from tools.kernel.errors import BadRequest


@pytest.mark.parametrize(
    ("text", "feature_id"),
    [
        ("rsi_14", "rsi_14"),
        ("rsi", "rsi_14"),
        ("RSI(7)", "rsi_7"),
        ("rsi 21", "rsi_21"),
        ("rsi-21", "rsi_21"),
        ("14-day RSI", "rsi_14"),
        ("volume spikes", "volume_spike_20"),
        ("volatility", "volatility_20"),
        ("Bollinger %b", "bollinger_20_2"),
        ("bollinger_10", "bollinger_10_2"),
        ("MACD(12, 26, 9)", "macd_12_26_9"),
        ("overnight gap", "gap"),
        ("rsi_007", "rsi_7"),
        ("60-day skew", "skew_60"),
        ("20 day skewness", "skew_20"),
        ("52-week high", "high_distance_252"),
        ("52 week high", "high_distance_252"),
        ("distance from 52-week high", "high_distance_252"),
        ("distance from high", "drawdown_63"),
        ("6-month momentum", "momentum_126"),
        ("momentum (12 months)", "momentum_252"),
        ("3-week reversal", "reversal_15"),
        ("2 year volatility", "volatility_504"),
        ("104-week volatility", "volatility_504"),
        ("illiquidity", "illiquidity_21"),
        ("month", "month"),
        ("turn of the month", "turn_of_month_3"),
        ("day of week", "day_of_week"),
        ("returns", "returns_1"),
        ("returns_63", "returns_63"),
        ("beta", "beta_63"),
        ("120-day beta to the index", "beta_120"),
        ("Yang-Zhang volatility", "yang_zhang_20"),
        ("momentum rank", "momentum_rank_63"),
        ("momentum z-score 20", "momentum_zscore_20"),
    ],
)
def test_understands_what_people_type(text: str, feature_id: str) -> None:
    assert parse_feature(text).id == feature_id


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("rsii", "no feature called", "rsi_14"),
        ("volume", "no feature called", "volume_spike_20"),
        ("-rsi(14)", "no feature called", ""),
        ("100 - rsi", "no feature called", ""),
        ("- rsi", "no feature called", ""),
        ("momentum(-5)", "no feature called", "momentum_20"),
        ("zzzz", "no feature called", "The library has"),
        ("", "no feature called", "The library has"),
        ("rsi_1" * 1000, "no feature called", ""),
        ("rsi(14) * zscore(volume, 20)", "no feature called", "volume"),
        ("rsi_2.5", "no feature called", "rsi_14"),
        ("gap_3", "cannot take 3; its parameters are: none", "gap"),
        ("rsi_14_3", "cannot take 14, 3; its parameters are: window", "rsi_14"),
        ("rsi_0", "window of rsi must be 1 to 2520, not 0", "rsi_14"),
        ("volatility_1", "must be 2", "volatility_20"),
        ("rsi_99999", "not 99999", "rsi_14"),
    ],
)
def test_refuses_with_a_hint(text: str, message: str, hint: str) -> None:
    with pytest.raises(BadRequest, match=message.replace("(", r"\(")) as caught:
        parse_feature(text)
    assert hint in caught.value.hint


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(FEATURES), st.data())
def test_ids_are_canonical(feature: Feature, data: st.DataObject) -> None:
    bound = feature.bind([data.draw(st.integers(part.minimum, part.maximum)) for part in feature.parameters])
    assert parse_feature(bound.id) == bound
    assert bound.warmup >= 0


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=100))
def test_any_text_is_a_feature_or_a_bad_request(text: str) -> None:
    with contextlib.suppress(BadRequest):
        parse_feature(text)


def test_every_phrase_and_id_parses_to_itself() -> None:
    assert len(feature_ids()) == len(FEATURES) >= 10
    for feature_id in feature_ids():
        assert parse_feature(feature_id).id == feature_id
    for phrase, feature_id in feature_phrases().items():
        assert phrase == phrase.lower()
        assert parse_feature(phrase).id == feature_id
    spoken = [phrase for feature in FEATURES for phrase in (feature.name.replace("_", " "), *feature.phrases)]
    assert len(spoken) == len(set(spoken))
    assert {feature_phrases()[phrase] for phrase in ("rsi", "momentum", "volume spikes", "bollinger bands")} == {
        "rsi_14",
        "momentum_20",
        "volume_spike_20",
        "bollinger_20_2",
    }


def test_every_feature_is_documented() -> None:
    for feature in FEATURES:
        text = feature.compute.__doc__ or ""
        assert all(word in text for word in ("Return", "Source:", "NaN:", "Warm-up:")), feature.name


def test_no_features_is_a_bad_request() -> None:
    with pytest.raises(BadRequest, match="No feature"):
        compute_features(None, [])  # type: ignore[arg-type]  # refused before the panel is looked at


def test_the_catalogue_loads_without_pandas() -> None:
    code = "import sys, tools.features.catalog; sys.exit('pandas' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
