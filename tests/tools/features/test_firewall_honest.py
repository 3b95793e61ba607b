"""No false alarm: the library, expressions and honest code, on markets of every shape."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leak_market import Source, intraday, market
from random_expressions import random_expressions

from tools.features.catalog import FEATURES, parse_feature
from tools.features.expr import compile_expression
from tools.features.feature import Feature
from tools.features.firewall import check, enforce
from tools.features.panel import Panel

EVERY = pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)

RAGGED = market(0, bars=660, symbols=5)
FULL = market(1, bars=560, symbols=6, ragged=False)
INTRADAY = intraday(market(2, bars=400, symbols=5))

HONEST = {
    "momentum": 'def feature(bars):\n    return bars["close"].pct_change(20, fill_method=None)\n',
    "smooth": 'def feature(bars):\n    return bars["close"] / bars["close"].ewm(span=20).mean() - 1\n',
    "rank": (
        'def feature(bars):\n    ret = bars["close"].pct_change(5, fill_method=None)\n'
        "    return ret.rank(axis=1, pct=True)\n"
    ),
    "filled_forward": (
        'def feature(bars):\n    close = bars["close"].ffill(limit=5)\n'
        "    return close.pct_change(10, fill_method=None)\n"
    ),
    "demeaned": (
        'def feature(bars):\n    ret = bars["close"].pct_change(5, fill_method=None)\n'
        "    return ret.sub(ret.mean(axis=1), axis=0)\n"
    ),
    "beta_to_index": (
        'def feature(bars):\n    ret = bars["close"].pct_change(fill_method=None)\n'
        '    index = bars["market"].pct_change(fill_method=None)\n'
        "    return ret.rolling(60).cov(index).div(index.rolling(60).var(), axis=0)\n"
    ),
    "month_to_date": (
        'def feature(bars):\n    volume = bars["volume"]\n    month = volume.index.to_period("M")\n'
        "    before = volume.groupby(month).cumsum() - volume\n    return before / volume.rolling(60).sum()\n"
    ),
    "epsilon": (
        'def feature(bars):\n    spread = bars["high"] - bars["low"]\n'
        '    return (bars["close"] - bars["low"]) / (spread + 1e-9)\n'
    ),
    "weekday": (
        'def feature(bars):\n    close = bars["close"]\n'
        "    return close * 0 + close.index.day_of_week.to_numpy()[:, None]\n"
    ),
}

EXPRESSIONS = (
    "rsi(14) * zscore(volume, 20)",
    "rank(returns(63)) - rank(volatility(20))",
    "if_(close > sma(200), 1, -1)",
    "rank(rsi(14))",
    "close / ema(close, 20) - 1",
)


@EVERY
@pytest.mark.parametrize("panel", [RAGGED, FULL, INTRADAY], ids=["ragged", "full", "intraday"])
def test_the_library_passes(feature: Feature, panel: Panel) -> None:
    enforce(check(feature.bind(), panel, seed=11))


@EVERY
def test_the_library_passes_on_one_symbol(feature: Feature) -> None:
    evidence = check(feature.bind(), market(6, symbols=1), seed=1)
    assert not evidence.failed
    if not feature.name.startswith("momentum_"):  # a rank among one has no value
        enforce(evidence)


@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize("panel", [RAGGED, FULL], ids=["ragged", "full"])
def test_honest_code_passes(name: str, panel: Panel) -> None:
    enforce(check(Source(name, HONEST[name]), panel, seed=5))


@pytest.mark.parametrize(
    ("name", "low", "high"), [("momentum", 20, 20), ("smooth", 40, 160), ("beta_to_index", 60, 60)]
)
def test_the_warm_up_of_code_is_measured(name: str, low: int, high: int) -> None:
    assert low <= check(Source(name, HONEST[name]), FULL).warmup_bars <= high


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_pass(text: str) -> None:
    enforce(check(compile_expression(text), RAGGED, seed=7))


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in (1, 2, 3))])
def test_random_expressions_pass(part: int) -> None:
    panel = market(20 + part, bars=400, symbols=5)
    for text in random_expressions(200, seed=4)[part::4]:
        enforce(check(compile_expression(text), panel, seed=part))


@given(
    seed=st.integers(0, 10**6),
    bars=st.integers(300, 520),
    symbols=st.integers(1, 7),
    ragged=st.booleans(),
    feature=st.sampled_from(["rsi_14", "volume_spike_20", "momentum_20", "gap", "macd_12_26_9", "drawdown_63"]),
)
@settings(max_examples=25, deadline=None)
def test_no_false_alarm_on_any_market(seed: int, bars: int, symbols: int, ragged: bool, feature: str) -> None:
    panel = market(seed, bars=bars, symbols=symbols, ragged=ragged)
    enforce(check(parse_feature(feature), panel, seed=seed))


@pytest.mark.parametrize("seed", range(6))
def test_real_alpha_is_no_leak(seed: int) -> None:
    spike = parse_feature("volume_spike_20")
    evidence = check(spike, market(seed, bars=1000, symbols=10, ic=0.1), seed=seed)
    enforce(evidence)
    assert evidence.ic is not None
    assert evidence.placebo_p95 is not None
    assert evidence.ic > 0.05 > evidence.placebo_p95
