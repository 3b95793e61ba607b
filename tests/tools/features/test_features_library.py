"""The library: anchors, and what must hold for every feature."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.features.catalog import FEATURES, compute_features, parse_feature
from tools.features.feature import Feature
from tools.features.library.averages import ema, settling_bars, wilder
from tools.features.library.oscillator import bollinger, bollinger_bands, rsi
from tools.features.library.risk import atr, average_true_range, drawdown, gap, volatility
from tools.features.library.trend import macd, macd_line, macd_signal, momentum, reversal, sma_ratio
from tools.features.library.volume import volume_spike, volume_zscore
from tools.features.panel import FIELDS, Panel

EVERY = pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)


def _market(seed: int, bars: int = 220, *, holes: bool = True) -> Panel:
    """Return a seeded random market of three symbols; one starts late and one has missing bars."""
    rng = np.random.default_rng(seed)
    index = pd.date_range("2010-01-04", periods=bars, freq="B", name="ts")
    close = pd.DataFrame(
        100 * np.exp(np.cumsum(rng.normal(0, 0.02, (bars, 3)), axis=0)), index=index, columns=["A", "B", "C"]
    )
    frames = {
        "open": close * np.exp(rng.normal(0, 0.01, close.shape)),
        "close": close,
        "volume": close * 0 + rng.lognormal(13, 1, close.shape),
    }
    frames["high"] = np.maximum(frames["open"], close) * 1.01
    frames["low"] = np.minimum(frames["open"], close) * 0.99
    if holes:
        lost = close < 0
        lost.iloc[: bars // 3, 1] = True
        lost.iloc[rng.integers(0, bars, 3), 2] = True
        frames = {name: frame.mask(lost) for name, frame in frames.items()}
    return Panel(**frames)


def _rows(panel: Panel, rows: slice) -> Panel:
    return Panel(**{field: getattr(panel, field).iloc[rows] for field in FIELDS})


@pytest.fixture(scope="module")
def quotes() -> Panel:
    """Return the 502 daily bars that the published reference values were computed from."""
    frame = pd.read_csv(Path(__file__).parent / "golden" / "quotes.csv", comment="#", parse_dates=["date"])
    frame = frame.rename(columns={"date": "ts"}).assign(symbol="SPY", open=frame["close"], volume=1.0)
    return Panel.from_bars(frame, ["SPY"])


def _agree(values: pd.DataFrame, anchors: dict[int, float]) -> None:
    assert {row: round(float(values.iloc[row, 0]), 4) for row in anchors} == anchors


def test_anchors_of_rsi_and_atr(quotes: Panel) -> None:
    _agree(rsi(quotes, 14), {14: 62.0541, 249: 70.9368, 501: 42.0773})
    _agree(average_true_range(quotes, 14), {14: 1.3364, 24: 1.3034, 249: 1.3381, 501: 6.1497})
    pd.testing.assert_frame_equal(atr(quotes, 14), average_true_range(quotes, 14) / quotes.close)


def test_anchors_of_macd_and_ema(quotes: Panel) -> None:
    _agree(macd_line(quotes.close, 12, 26), {49: 1.7203, 249: 2.2353, 501: -6.2198})
    _agree(macd_signal(quotes.close, 12, 26, 9), {501: -5.8569})
    _agree(ema(quotes.close, 20), {29: 216.6228})
    assert macd(quotes, 12, 26, 9).iloc[501, 0] == pytest.approx((-6.2198 + 5.8569) / 245.28, rel=1e-3)


def test_anchors_of_bollinger_bands(quotes: Panel) -> None:
    lower, middle, upper = bollinger_bands(quotes.close, 20, 2)
    _agree(lower, {501: 230.0196})
    _agree(middle, {501: 251.86})
    _agree(upper, {501: 273.7004})
    percent = (quotes.close.iloc[501, 0] - 230.0196) / (273.7004 - 230.0196)
    assert bollinger(quotes, 20, 2).iloc[501, 0] == pytest.approx(percent, abs=1e-5)


def test_formulas_by_hand() -> None:
    panel = _market(0, holes=False)
    t = 100
    close, volume = panel.close["A"].to_numpy(), panel.volume["A"].to_numpy()
    returns = np.diff(np.log(close))[t - 20 : t]
    usual = volume[t - 19 : t + 1]
    expected = {
        "momentum": (momentum(panel, 20), close[t] / close[t - 20] - 1),
        "reversal": (reversal(panel, 5), 1 - close[t] / close[t - 5]),
        "volatility": (volatility(panel, 20), returns.std(ddof=1) * np.sqrt(252)),
        "volume_zscore": (volume_zscore(panel, 20), (volume[t] - usual.mean()) / usual.std(ddof=1)),
        "volume_spike": (volume_spike(panel, 20), volume[t] / volume[t - 20 : t].mean()),
        "sma_ratio": (sma_ratio(panel, 50), close[t] / close[t - 49 : t + 1].mean() - 1),
        "drawdown": (drawdown(panel, 63), close[t] / close[t - 62 : t + 1].max() - 1),
        "gap": (gap(panel), panel.open["A"].iloc[t] / close[t - 1] - 1),
    }
    for name, (frame, value) in expected.items():
        assert frame["A"].iloc[t] == pytest.approx(value, rel=1e-9), name


def test_wilder_average_by_hand() -> None:
    values = pd.DataFrame({"A": [np.nan, 1.0, 3.0, 2.0, np.nan, 6.0]})
    np.testing.assert_allclose(wilder(values, 2)["A"], [np.nan, np.nan, 2, 2, np.nan, 4])


@EVERY
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), cut=st.integers(1, 219), factor=st.floats(0.1, 10))
def test_the_future_does_not_change_the_past(feature: Feature, seed: int, cut: int, factor: float) -> None:
    panel, bound = _market(seed), feature.bind()
    past = bound.compute(panel).iloc[:cut]
    pd.testing.assert_frame_equal(bound.compute(_rows(panel, slice(cut))), past, check_exact=True)
    later = np.where(np.arange(len(panel.sessions)) < cut, 1.0, factor)[:, None]
    perturbed = Panel(**{field: getattr(panel, field) * later for field in FIELDS})
    pd.testing.assert_frame_equal(bound.compute(perturbed).iloc[:cut], past, check_exact=True)


@EVERY
def test_each_symbol_stands_alone(feature: Feature) -> None:
    panel, bound = _market(1), feature.bind()
    for symbol in panel.symbols:
        alone = Panel(**{field: getattr(panel, field)[[symbol]] for field in FIELDS})
        pd.testing.assert_frame_equal(bound.compute(alone), bound.compute(panel)[[symbol]], rtol=1e-9)


@EVERY
def test_price_and_share_units_do_not_matter(feature: Feature) -> None:
    panel, bound = _market(2), feature.bind()
    scaled = {field: getattr(panel, field) * (1e4 if field == "volume" else 37.0) for field in FIELDS}
    pd.testing.assert_frame_equal(bound.compute(Panel(**scaled)), bound.compute(panel), rtol=1e-6, atol=1e-9)


@EVERY
def test_after_the_warmup_values_are_known_and_do_not_depend_on_where_history_starts(feature: Feature) -> None:
    panel, bound = _market(3, bars=400, holes=False), feature.bind()
    values = bound.compute(panel)
    assert values.iloc[: bound.warmup].isna().all(axis=None)
    assert np.isfinite(values.iloc[bound.warmup :].to_numpy()).all()
    shorter = bound.compute(_rows(panel, slice(150, None))).iloc[bound.warmup :]
    spread = values.std().max()
    assert (shorter - values.loc[shorter.index]).abs().max(axis=None) < 0.02 * spread


@EVERY
def test_the_warmup_counts_from_a_symbols_own_first_bar(feature: Feature) -> None:
    bound, panel = feature.bind(), _market(4)
    first = int(panel.close["B"].notna().to_numpy().argmax())
    assert bound.compute(panel)["B"].iloc[: first + bound.warmup].isna().all()
    assert np.isnan(bound.compute(panel).to_numpy()[panel.close.isna().to_numpy()]).all()


@EVERY
def test_dead_prices_give_nan_never_infinity(feature: Feature) -> None:
    flat = pd.DataFrame(0.0, index=pd.date_range("2020-01-01", periods=300, name="ts"), columns=["A"])
    for level in (0.0, 5.0):
        frame = flat + level
        values = feature.bind().compute(Panel(frame, frame, frame, frame, frame)).to_numpy()
        assert not np.isinf(values).any()


def test_computes_by_canonical_id_and_reports_progress() -> None:
    seen: list[tuple[str, int, int]] = []
    frames = compute_features(_market(5), ["RSI(14)", "rsi", "gap"], lambda *step: seen.append(step))
    assert list(frames) == ["rsi_14", "gap"]
    assert seen == [("features", 1, 2), ("features", 2, 2)]


def test_settling_of_an_average_without_memory() -> None:
    assert settling_bars(1, alpha=1.0) == 1
    assert parse_feature("rsi_1").compute(_market(6)).max(axis=None) <= 100
