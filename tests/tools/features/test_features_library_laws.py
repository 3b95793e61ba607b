"""What must hold for every feature of the library."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from library_market import random_market, rows, scaled

from tools.features.catalog import FEATURES
from tools.features.feature import Feature
from tools.features.library import blocks
from tools.features.panel import FIELDS, Panel

EVERY = pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
ALONE = pytest.mark.parametrize(
    "feature", [feature for feature in FEATURES if not feature.across], ids=lambda feature: feature.name
)


@EVERY
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), cut=st.integers(1, 419), factor=st.floats(0.1, 10))
def test_the_future_does_not_change_the_past(feature: Feature, seed: int, cut: int, factor: float) -> None:
    panel, bound = random_market(seed), feature.bind()
    past = bound.compute(panel).iloc[:cut]
    pd.testing.assert_frame_equal(bound.compute(rows(panel, slice(cut))), past, check_exact=True)
    later = np.where(np.arange(len(panel.sessions)) < cut, 1.0, factor)
    perturbed = scaled(panel, later[:, None], later[:, None])
    assert panel.market is not None
    found = bound.compute(perturbed.with_market(panel.market * later)).iloc[:cut]
    pd.testing.assert_frame_equal(found, past, check_exact=True)


@ALONE
def test_each_symbol_stands_alone(feature: Feature) -> None:
    panel, bound = random_market(1), feature.bind()
    together = bound.compute(panel)
    for symbol in panel.symbols:
        frames = {field: getattr(panel, field)[[symbol]] for field in FIELDS}
        alone = bound.compute(Panel(**frames, market=panel.market))
        pd.testing.assert_frame_equal(alone, together[[symbol]], check_exact=True)


@EVERY
def test_the_blocks_do_not_show(feature: Feature, monkeypatch: pytest.MonkeyPatch) -> None:
    panel, bound = random_market(2), feature.bind()
    whole = bound.compute(panel)
    monkeypatch.setattr(blocks, "BLOCK_VALUES", 1000)
    pd.testing.assert_frame_equal(bound.compute(panel), whole, check_exact=True)


@EVERY
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_layout_in_memory_does_not_show(feature: Feature, order: str) -> None:
    panel, bound = random_market(3), feature.bind()
    frames = {
        field: pd.DataFrame(np.array(frame, order=order), index=frame.index, columns=frame.columns, copy=False)  # type: ignore[call-overload]  # any order
        for field in FIELDS
        for frame in [getattr(panel, field)]
    }
    found = bound.compute(Panel(**frames, market=panel.market))
    pd.testing.assert_frame_equal(found, bound.compute(panel), check_exact=True)


@EVERY
@pytest.mark.parametrize("factor", [0.05, 3.0, 37.0])
def test_a_later_split_does_not_change_the_past(feature: Feature, factor: float) -> None:
    panel, bound = random_market(4), feature.bind()
    found = bound.compute(scaled(panel, factor, 1 / factor))
    pd.testing.assert_frame_equal(found, bound.compute(panel), rtol=1e-9, atol=1e-9)


@EVERY
def test_price_and_share_units_do_not_matter(feature: Feature) -> None:
    """Illiquidity is per million of the currency, so there they do, and are all that does."""
    panel, bound = random_market(5), feature.bind()
    found, before = bound.compute(scaled(panel, 37.0, 1e4)), bound.compute(panel)
    if feature.name == "illiquidity":
        found = found * 37e4
    pd.testing.assert_frame_equal(found, before, rtol=1e-9, atol=1e-9)


@EVERY
def test_after_the_warmup_values_are_known_and_do_not_depend_on_where_history_starts(feature: Feature) -> None:
    panel, bound = random_market(6, bars=600, holes=False), feature.bind()
    values = bound.compute(panel)
    assert values.iloc[: bound.warmup].isna().all(axis=None)
    assert np.isfinite(values.iloc[bound.warmup :].to_numpy()).all()
    shorter = bound.compute(rows(panel, slice(150, None)))
    assert shorter.iloc[: bound.warmup].isna().all(axis=None)
    settled = shorter.iloc[bound.warmup :]
    recursive = feature.name in {"rsi", "atr", "macd", "ema_ratio"}
    # a seed that weighs under 0.1 % moves the value by little of what the value itself moves
    allowed = 0.02 * values.std().max() if recursive else 0.0
    assert (settled - values.loc[settled.index]).abs().max(axis=None) <= allowed


@EVERY
def test_the_warmup_counts_from_a_symbols_own_first_bar(feature: Feature) -> None:
    panel, bound = random_market(7), feature.bind()
    values = bound.compute(panel)
    first = int(panel.close["B"].notna().to_numpy().argmax())
    assert values["B"].iloc[: first + bound.warmup].isna().all()
    if not feature.across:
        assert values["B"].iloc[first + bound.warmup :].notna().all()


@EVERY
def test_a_missing_bar_is_nan_and_leaves_the_bars_before_it_alone(feature: Feature) -> None:
    panel, bound = random_market(8, holes=False), feature.bind()
    lost = panel.close < 0
    lost.iloc[300, 0] = True
    holed = Panel(**{field: getattr(panel, field).mask(lost) for field in FIELDS}, market=panel.market)
    before, after = bound.compute(panel), bound.compute(holed)
    assert np.isnan(after.iloc[300, 0])
    pd.testing.assert_frame_equal(after.iloc[:300], before.iloc[:300], check_exact=True)
    assert (after.notna() <= before.notna()).all(axis=None)
    if not feature.across:
        pd.testing.assert_frame_equal(after[["B", "C"]], before[["B", "C"]], check_exact=True)


@EVERY
@pytest.mark.parametrize("level", [0.0, 5.0, 0.1, -1.0])
def test_dead_prices_give_nan_never_infinity_or_noise(feature: Feature, level: float) -> None:
    index = pd.date_range("2020-01-01", periods=300, name="ts")
    frame = pd.DataFrame(level, index=index, columns=["A", "B"])
    values = feature.bind().compute(Panel(frame, frame, frame, frame, frame, market=frame["A"])).to_numpy()
    assert not np.isinf(values).any()
    calendar = feature.name in {"day_of_week", "month", "turn_of_month", "momentum_rank", "volume_spike"}
    known = values[~np.isnan(values)]
    assert calendar or np.abs(known).max(initial=0) < 1e-14


@EVERY
def test_a_huge_value_is_gone_when_it_leaves_the_window(feature: Feature) -> None:
    panel, bound = random_market(9, bars=600, holes=False), feature.bind()
    spike = np.ones((600, 1))
    spike[200] = 1e9
    found, before = bound.compute(scaled(panel, spike, spike)), bound.compute(panel)
    if feature.name in {"rsi", "atr", "macd", "ema_ratio"}:
        return  # they remember everything
    pd.testing.assert_frame_equal(found.iloc[500:], before.iloc[500:], check_exact=True)


@EVERY
@pytest.mark.parametrize("bars", [0, 1, 5])
def test_a_history_shorter_than_the_window_is_all_nan(feature: Feature, bars: int) -> None:
    values = feature.bind().compute(rows(random_market(10, holes=False), slice(bars)))
    assert values.shape == (bars, 3)
    if feature.bind().warmup >= bars:
        assert values.isna().all(axis=None)
