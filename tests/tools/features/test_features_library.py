"""The library: published reference values, and formulas worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from library_market import random_market

from tools.features.catalog import compute_features, parse_feature
from tools.features.library import averages
from tools.features.library.blocks import Array
from tools.features.library.oscillator import bollinger_bands
from tools.features.library.trend import macd_lines
from tools.features.library.volatility import average_true_range
from tools.features.panel import Panel
from tools.kernel.errors import NoData


@pytest.fixture(scope="module")
def quotes() -> Panel:
    """Return the 502 daily bars that the published reference values were computed from."""
    frame = pd.read_csv(Path(__file__).parent / "golden" / "quotes.csv", comment="#", parse_dates=["date"])
    frame = frame.rename(columns={"date": "ts"}).assign(symbol="SPY", open=frame["close"], volume=1.0)
    return Panel.from_bars(frame, ["SPY"])


def _agree(values: Array, anchors: dict[int, float], bars: int = 502) -> None:
    left_out = bars - values.shape[1]
    assert {bar: round(float(values[0, bar - left_out]), 4) for bar in anchors} == anchors


def _array(frame: pd.DataFrame) -> Array:
    return frame.to_numpy().T


def test_anchors_of_rsi_and_atr(quotes: Panel) -> None:
    rsi = parse_feature("rsi_14").feature.compute(quotes, 14)
    _agree(_array(rsi), {14: 62.0541, 249: 70.9368, 501: 42.0773})
    ranges = average_true_range(_array(quotes.high), _array(quotes.low), _array(quotes.close), 14)
    _agree(ranges, {14: 1.3364, 24: 1.3034, 249: 1.3381, 501: 6.1497})
    share = parse_feature("atr_14").compute(quotes).iloc[-1, 0]
    assert share == pytest.approx(ranges[0, -1] / quotes.close.iloc[-1, 0], rel=1e-12)


def test_anchors_of_macd_and_ema(quotes: Panel) -> None:
    line, signal = macd_lines(_array(quotes.close), 12, 26, 9)
    _agree(line, {49: 1.7203, 249: 2.2353, 501: -6.2198})
    _agree(signal, {501: -5.8569})
    _agree(_array(averages.ema(quotes.close, 20)), {29: 216.6228})
    histogram = parse_feature("macd").compute(quotes).iloc[-1, 0]
    assert histogram == pytest.approx((line[0, -1] - signal[0, -1]) / quotes.close.iloc[-1, 0], rel=1e-12)


def test_anchors_of_bollinger_bands(quotes: Panel) -> None:
    lower, middle, upper = bollinger_bands(_array(quotes.close), 20, 2)
    for band, value in ((lower, 230.0196), (middle, 251.86), (upper, 273.7004)):
        _agree(band, {501: value})
    percent = (quotes.close.iloc[501, 0] - 230.0196) / (273.7004 - 230.0196)
    assert parse_feature("bollinger").compute(quotes).iloc[501, 0] == pytest.approx(percent, abs=1e-5)


T = 350


def _expected(panel: Panel) -> dict[str, float]:
    """Work features out at bar T in straight lines."""
    opened, high, low, close, volume = (
        frame["A"].to_numpy() for frame in (panel.open, panel.high, panel.low, panel.close, panel.volume)
    )
    assert panel.market is not None
    simple, log = close[1:] / close[:-1] - 1, np.diff(np.log(close))  # the return of bar t is at t - 1
    month, usual = log[T - 20 : T], volume[T - 19 : T + 1]
    bars = slice(T - 19, T + 1)
    own, index = simple[T - 63 : T], (panel.market.pct_change().to_numpy())[T - 62 : T + 1]
    span, body = np.log(high / low)[bars], np.log(close / opened)[bars]
    night = np.log(opened[1:] / close[:-1])[T - 20 : T]
    up, down = np.log(high / opened)[bars], np.log(low / opened)[bars]
    k = 0.34 / (1.34 + 21 / 19)
    traded = close * volume
    quarter = log[T - 63 : T][::-1]
    wave = np.abs(np.sum(quarter * np.exp(-2j * np.pi * np.arange(63) / 21))) ** 2
    return {
        "returns_5": close[T] / close[T - 5] - 1,
        "log_returns_5": np.log(close[T] / close[T - 5]),
        "momentum_20": close[T] / close[T - 20] - 1,
        "reversal_5": 1 - close[T] / close[T - 5],
        "gap": opened[T] / close[T - 1] - 1,
        "volatility_20": month.std(ddof=1) * np.sqrt(252),
        "parkinson_20": np.sqrt(252 * np.mean(span**2) / (4 * np.log(2))),
        "garman_klass_20": np.sqrt(252 * np.mean(span**2 / 2 - (2 * np.log(2) - 1) * body**2)),
        "yang_zhang_20": np.sqrt(
            252
            * (
                night.var(ddof=1)
                + k * body.var(ddof=1)
                + (1 - k) * np.mean(up * (up - body) + down * (down - body))
            )
        ),
        "volume_zscore_20": (volume[T] - usual.mean()) / usual.std(ddof=1),
        "volume_spike_20": volume[T] / volume[T - 20 : T].mean(),
        "dollar_volume_20": np.log(traded[T] / traded[T - 20 : T].mean()),
        "illiquidity_20": 1e6 * np.mean(np.abs(simple[T - 20 : T]) / traded[bars]),
        "sma_ratio_50": close[T] / close[T - 49 : T + 1].mean() - 1,
        "drawdown_63": close[T] / close[T - 62 : T + 1].max() - 1,
        "high_distance_252": close[T] / high[T - 251 : T + 1].max() - 1,
        "beta_63": np.cov(own, index)[0, 1] / index.var(ddof=1),
        "correlation_63": np.corrcoef(own, index)[0, 1],
        "fourier_21_3": 2 * wave / (63 * np.sum((quarter - quarter.mean()) ** 2)),
    }


def test_formulas_by_hand() -> None:
    panel = random_market(0, holes=False)
    for feature_id, value in _expected(panel).items():
        found = parse_feature(feature_id).compute(panel)["A"].iloc[T]
        assert found == pytest.approx(value, rel=1e-9), feature_id


def test_fractional_difference_is_the_fixed_width_window_with_weights_that_add_up_to_nothing() -> None:
    panel, width, order = random_market(1, holes=False), 50, 0.4
    weights = [1.0]
    for k in range(1, width):
        weights.append(-weights[-1] * (order - k + 1) / k)
    logs = np.log(panel.close["A"].to_numpy())
    rest = -sum(weights)
    expected = sum(weight * logs[T - k] for k, weight in enumerate(weights)) + rest * logs[T - width]
    found = parse_feature("fractional_difference_40_50").compute(panel)["A"].iloc[T]
    assert found == pytest.approx(expected, rel=1e-9)


def test_a_pure_cycle_explains_all_and_noise_little() -> None:
    wave = np.exp(np.cumsum(0.01 * np.sin(2 * np.pi * np.arange(300) / 21)))
    index = pd.date_range("2020-01-01", periods=300, name="ts")
    frame = pd.DataFrame({"A": wave}, index=index)
    share = parse_feature("fourier_21_3").compute(Panel(frame, frame, frame, frame, frame))["A"].dropna()
    assert share.to_numpy() == pytest.approx(1)
    noise = parse_feature("fourier_21_3").compute(random_market(2, bars=3000, holes=False))
    assert noise.mean().mean() == pytest.approx(2 / 62, rel=0.3)


def test_across_the_universe() -> None:
    panel = random_market(3)
    lost = panel.close > 0
    lost.iloc[120:] = lost["A"] = False  # B and C begin at bar 120
    panel = Panel(*(getattr(panel, field).mask(lost) for field in ("open", "high", "low", "close", "volume")))
    momentum = parse_feature("momentum_63").compute(panel)
    ranks, scores = (
        parse_feature("momentum_rank_63").compute(panel),
        parse_feature("momentum_zscore").compute(panel),
    )
    bar = momentum.dropna().index[-1]
    order = momentum.loc[bar].sort_values().index
    assert ranks.loc[bar, order].tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    expected = (momentum.loc[bar] - momentum.loc[bar].mean()) / momentum.loc[bar].std(ddof=1)
    np.testing.assert_allclose(scores.loc[bar], expected, rtol=1e-12)
    known = parse_feature("momentum_63").feature.compute(panel, 63).count(axis=1)
    assert (known == 1).any()
    assert ranks[known == 1].isna().all(axis=None)
    assert scores[known == 1].isna().all(axis=None)


def test_the_calendar() -> None:
    index = pd.DatetimeIndex(
        ["2024-05-28", "2024-05-31", "2024-06-03", "2024-06-05", "2024-06-06", "2024-06-28", "2024-07-01"],
        name="ts",
    )
    frame = pd.DataFrame({"A": [1.0, 2, 3, np.nan, 5, 6, 7]}, index=index)
    panel = Panel(frame, frame, frame, frame, frame)
    nan = np.nan
    np.testing.assert_array_equal(parse_feature("day_of_week").compute(panel)["A"], [1, 4, 0, nan, 3, 4, 0])
    np.testing.assert_array_equal(parse_feature("month").compute(panel)["A"], [5, 5, 6, nan, 6, 6, 7])
    np.testing.assert_array_equal(parse_feature("turn_of_month").compute(panel)["A"], [0, 1, 1, nan, 0, 1, 1])
    assert parse_feature("turn_of_month_4").compute(panel)["A"].iloc[4] == 1


def test_without_an_index_the_call_that_loads_one_is_named() -> None:
    panel = random_market(4)
    bare = Panel(panel.open, panel.high, panel.low, panel.close, panel.volume)
    for name in ("beta", "correlation"):
        assert parse_feature(name).needs_market
        with pytest.raises(NoData, match="index") as caught:
            parse_feature(name).compute(bare)
        assert caught.value.suggestion is not None
        assert caught.value.suggestion.args == {"symbols": ["^GSPC"]}


def test_wilder_average_by_hand() -> None:
    values = pd.DataFrame({"A": [np.nan, 1.0, 3.0, 2.0, np.nan, 6.0], "B": [1.0, 2, 3, 4, 5, 6], "C": [np.nan] * 6})
    found = averages.wilder(values, 2)
    np.testing.assert_allclose(found["A"], [np.nan, np.nan, 2, 2, np.nan, 4])
    np.testing.assert_allclose(found["B"], [np.nan, 1.5, 2.25, 3.125, 4.0625, 5.03125])
    assert found["C"].isna().all()
    assert averages.wilder(values, 7).isna().all(axis=None)
    assert averages.wilder(values.iloc[:0], 2).empty


@pytest.mark.parametrize("span", [2, 3, 10, 300])
def test_exponential_averages_are_the_recursion(span: int) -> None:
    """Over several stretches of the running sum, and for an odd number of symbols."""
    values = random_market(5, bars=2000, holes=False).close
    alpha = 2 / (span + 1)
    found = averages.ema(values, span)["C"].to_numpy()
    level = values["C"].iloc[:span].mean()
    for bar in range(span, 2000):
        level = alpha * values["C"].iloc[bar] + (1 - alpha) * level
    assert found[-1] == pytest.approx(level, rel=1e-12)


def test_averages_and_ratios_of_frames() -> None:
    close = random_market(6).close
    pd.testing.assert_frame_equal(averages.sma(close, 5), close.rolling(5, min_periods=5).mean(), rtol=1e-12)
    pd.testing.assert_frame_equal(averages.sma(close, 1), close)
    assert averages.sma(close, 1000).isna().all(axis=None)
    numbers = pd.DataFrame({"A": [1.0, 1.0, 1.0, np.nan]})
    divisors = pd.DataFrame({"A": [2.0, 0.0, -1.0, 1.0]})
    np.testing.assert_array_equal(averages.ratio(numbers, divisors)["A"], [0.5, np.nan, np.nan, np.nan])


def test_steady_growth_has_no_shape_and_no_volatility() -> None:
    """Its returns are all equal, but for rounding that must not be taken for spread."""
    index = pd.date_range("2020-01-01", periods=400, name="ts")
    frame = pd.DataFrame({"A": 100 * 1.001 ** np.arange(400)}, index=index)
    panel = Panel(frame, frame, frame, frame, frame, market=frame["A"])
    for name in ("skew", "kurtosis", "fourier", "beta", "correlation"):
        assert parse_feature(name).compute(panel).isna().all(axis=None), name
    assert (parse_feature("volatility").compute(panel).dropna() == 0).all(axis=None)


def test_small_moves_of_a_high_price_are_not_lost() -> None:
    """A fund at 10,000 that moves by a cent; the exact value in rational numbers."""
    rng = np.random.default_rng(0)
    cents = [10**6 + int(step) for step in rng.integers(-3, 4, 40)]
    frame = pd.DataFrame({"A": np.array(cents) / 100}, index=pd.date_range("2020-01-01", periods=40, name="ts"))
    panel = Panel(frame, frame, frame, frame, frame)
    last = [Fraction(float(value)) for value in frame["A"].iloc[-20:]]
    mean = sum(last) / 20
    spread = float(sum((value - mean) ** 2 for value in last) / 20) ** 0.5
    expected = 0.5 + float(last[-1] - mean) / (4 * spread)
    assert parse_feature("bollinger").compute(panel)["A"].iloc[-1] == pytest.approx(expected, rel=1e-9)


def test_computes_by_canonical_id_and_reports_progress() -> None:
    seen: list[tuple[str, int, int]] = []
    frames = compute_features(random_market(7), ["RSI(14)", "rsi", "gap"], lambda *step: seen.append(step))
    assert list(frames) == ["rsi_14", "gap"]
    assert seen == [("features", 1, 2), ("features", 2, 2)]


def test_settling_of_an_average_without_memory() -> None:
    assert averages.settling_bars(1, alpha=1.0) == 1
    assert parse_feature("rsi_1").compute(random_market(8)).max(axis=None) <= 100


def test_the_panel_is_left_as_it_was() -> None:
    panel = random_market(9, holes=False)
    before = {field: getattr(panel, field).copy() for field in ("open", "high", "low", "close", "volume")}
    compute_features(panel, ["returns", "sma_ratio_2", "ema_ratio_2", "volume_spike_1", "illiquidity_1", "rsi_1"])
    for field, frame in before.items():
        pd.testing.assert_frame_equal(getattr(panel, field), frame, check_exact=True)
