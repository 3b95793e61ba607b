"""The operators against pandas and against their definitions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_walk import random_walk

from tools.features import operators
from tools.features.operators.fold import BLOCK_VALUES
from tools.kernel.errors import NoData

Frame = pd.DataFrame
WINDOWS = (1, 2, 3, 5, 20, 63, 64, 100)


def _noise(seed: int, bars: int = 260, symbols: int = 7) -> Frame:
    """Return rounded noise with ties, a hole and a constant stretch."""
    values = np.random.default_rng(seed).normal(size=(bars, symbols)).round(1) + 0.0
    values[50:52, 3] = np.nan
    values[100:, 5] = 2.5
    return Frame(values)


def _same(found: Frame, expected: Frame) -> None:
    pd.testing.assert_frame_equal(found, expected.astype(float), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("window", WINDOWS)
def test_moving_statistics_are_those_of_pandas(window: int) -> None:
    values = _noise(1)
    rolling = values.rolling(window)
    weights = np.arange(1, window + 1) / (window * (window + 1) / 2)
    _same(operators.ts_sum(values, window), rolling.sum())
    _same(operators.sma(values, window), rolling.mean())
    _same(operators.ts_min(values, window), rolling.min())
    _same(operators.ts_max(values, window), rolling.max())
    _same(operators.ts_rank(values, window), rolling.rank(pct=True))
    _same(operators.product(values, window), rolling.apply(np.prod, raw=True))
    _same(operators.decay_linear(values, window), rolling.apply(lambda part: part @ weights, raw=True))
    _same(operators.ts_argmax(values, window), rolling.apply(lambda part: np.argmax(part[::-1]), raw=True))
    _same(operators.ts_argmin(values, window), rolling.apply(lambda part: np.argmin(part[::-1]), raw=True))


@pytest.mark.parametrize("window", WINDOWS[1:])
def test_spreads_are_those_of_pandas(window: int) -> None:
    one, other = _noise(1), _noise(2)
    rolling = one.rolling(window)
    _same(operators.stddev(one, window), rolling.std())
    _same(operators.covariance(one, other, window), rolling.cov(other))
    _same(operators.zscore(one, window), (one - rolling.mean()) / rolling.std().where(rolling.std() > 1e-9))
    pairs = zip(*(np.lib.stride_tricks.sliding_window_view(part[0], window) for part in (one, other)), strict=True)
    with np.errstate(all="ignore"):
        expected = [np.corrcoef(x, y)[0, 1] for x, y in pairs]
    np.testing.assert_allclose(operators.correlation(one, other, window)[0][window - 1 :], expected, atol=1e-9)


def test_windows_forget_to_the_last_bit() -> None:
    quiet = random_walk(3, 300).close
    loud = quiet.copy()
    loud.iloc[:100] *= 1e12
    for name in ("sma", "stddev", "zscore", "decay_linear", "ts_rank", "ts_sum", "ts_argmax"):
        operator = getattr(operators, name)
        assert operator(loud, 20).iloc[120:].equals(operator(quiet, 20).iloc[120:]), name
        assert operator(quiet.iloc[37:], 20).iloc[19:].equals(operator(quiet, 20).iloc[56:]), name


def test_a_constant_window_has_no_spread_at_all() -> None:
    level = Frame(np.full((40, 2), 0.1))
    assert (operators.stddev(level, 20).iloc[19:] == 0).all(axis=None)
    assert operators.zscore(level, 20).isna().all(axis=None)
    assert operators.correlation(level, level, 20).isna().all(axis=None)
    assert (operators.demean(Frame(np.full((3, 7), 0.1))) == 0).all(axis=None)


def test_a_window_longer_than_the_history_is_unknown() -> None:
    values = _noise(1, bars=5)
    assert operators.sma(values, 6).isna().all(axis=None)
    assert operators.ts_rank(values.iloc[:0], 3).shape == (0, 7)


def test_many_symbols_are_computed_in_blocks_without_a_seam() -> None:
    bars = 2000
    values = _noise(3, bars, 3 * BLOCK_VALUES // bars + 2)
    _same(operators.sma(values, 7), values.rolling(7).mean())


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(0, 1000))
def test_extremes_bound_the_mean(window: int, seed: int) -> None:
    values = _noise(seed, bars=60)
    mean = operators.sma(values, window)
    assert not (operators.ts_min(values, window) > mean + 1e-9).any(axis=None)
    assert not (operators.ts_max(values, window) < mean - 1e-9).any(axis=None)


def test_the_exponential_mean_is_withheld_until_its_seed_has_faded() -> None:
    values = random_walk(2, 200).close
    found = operators.ema(values, 10)
    assert found.iloc[:45].isna().all(axis=None)
    assert found.iloc[45:].notna().all(axis=None)
    plain = values.ewm(span=10, adjust=False).mean()
    assert (found / plain - 1).abs().max(axis=None) < 1e-3


def test_across_symbols() -> None:
    row = Frame([[3.0, 1.0, np.nan, 1.0], [np.nan, np.nan, np.nan, 2.0]])
    _same(operators.rank(row), Frame([[1.0, 0.5, np.nan, 0.5], [np.nan, np.nan, np.nan, 1.0]]))
    _same(operators.scale(row), Frame([[0.6, 0.2, np.nan, 0.2], [np.nan, np.nan, np.nan, 1.0]]))
    _same(operators.demean(row), Frame([[4 / 3, -2 / 3, np.nan, -2 / 3], [np.nan, np.nan, np.nan, 0.0]]))
    wide = _noise(4).iloc[:, :5]
    _same(operators.zscore_across(wide), wide.sub(wide.mean(axis=1), axis=0).div(wide.std(axis=1), axis=0))
    assert operators.zscore_across(row).iloc[1].isna().all()


def test_sums_across_do_not_depend_on_the_layout_in_memory() -> None:
    values = random_walk(40, 50).close
    other = Frame(np.asfortranarray(values.to_numpy()), index=values.index, columns=values.columns, copy=False)
    assert operators.zscore_across(values).equals(operators.zscore_across(other))
    assert operators.scale(values.iloc[:20]).equals(operators.scale(other).iloc[:20])


def test_single_values() -> None:
    x = Frame([[-4.0, 0.0, 4.0, np.nan, 1e308]])
    _same(operators.divide(1, x), Frame([[-0.25, np.nan, 0.25, np.nan, 1e-308]]))
    _same(operators.power(x, 2), Frame([[16.0, 0.0, 16.0, np.nan, np.nan]]))
    _same(operators.signed_power(x, 0.5), Frame([[-2.0, 0.0, 2.0, np.nan, 1e154]]))
    _same(operators.sqrt(x), Frame([[np.nan, 0.0, 2.0, np.nan, 1e154]]))
    _same(operators.log(x), Frame([[np.nan, np.nan, np.log(4), np.nan, np.log(1e308)]]))
    _same(operators.exp(x), Frame([[np.exp(-4), 1.0, np.exp(4), np.nan, np.nan]]))
    _same(operators.sign(x), Frame([[-1.0, 0.0, 1.0, np.nan, 1.0]]))
    _same(operators.absolute(x), Frame([[4.0, 0.0, 4.0, np.nan, 1e308]]))
    _same(operators.clip(x, -1, 1), Frame([[-1.0, 0.0, 1.0, np.nan, 1.0]]))
    _same(operators.minimum(x, 2, -x), Frame([[-4.0, 0.0, -4.0, np.nan, -1e308]]))
    _same(operators.maximum(-1, x), Frame([[-1.0, 0.0, 4.0, np.nan, 1e308]]))


def test_three_valued_logic() -> None:
    one = Frame([[1.0, 1, 1, 0, 0, 0, np.nan, np.nan, np.nan]])
    other = Frame([[1.0, 0, np.nan, 1, 0, np.nan, 1, 0, np.nan]])
    _same(operators.logical_and(one, other), Frame([[1.0, 0, np.nan, 0, 0, 0, np.nan, 0, np.nan]]))
    _same(operators.logical_or(one, other), Frame([[1.0, 1, 1, 1, 0, np.nan, 1, np.nan, np.nan]]))
    _same(operators.logical_not(one), Frame([[0.0, 0, 0, 1, 1, 1, np.nan, np.nan, np.nan]]))
    _same(operators.choose(one, 5, other), Frame([[5.0, 5, 5, 1, 0, np.nan, np.nan, np.nan, np.nan]]))


def test_comparisons_with_the_unknown_are_unknown() -> None:
    x = Frame([[1.0, 2.0, 3.0, np.nan]])
    expected = {
        "greater": [0.0, 0.0, 1.0], "greater_equal": [0.0, 1.0, 1.0], "less": [1.0, 0.0, 0.0],
        "less_equal": [1.0, 1.0, 0.0], "equal": [0.0, 1.0, 0.0], "not_equal": [1.0, 0.0, 1.0],
    }  # fmt: skip
    for name, values in expected.items():
        _same(getattr(operators, name)(x, 2), Frame([[*values, np.nan]]))


def test_crossings() -> None:
    x = Frame({"S": [1.0, 2.0, 3.0, 3.0, 1.0, np.nan, 3.0]})
    assert operators.crosses_above(x, 2)["S"].tolist()[1:5] == [0, 1, 0, 0]
    assert operators.crosses_below(x, Frame({"S": [2.0] * 7}))["S"].tolist()[1:5] == [0, 0, 0, 1]
    assert np.isnan(operators.crosses_above(x, 2)["S"][6])


def test_fields_and_settling() -> None:
    panel = random_walk(4, 30, holes=True)
    _same(operators.typical(panel), (panel.high + panel.low + panel.close) / 3)
    assert panel.market is not None
    assert operators.market(panel)["S02"].equals(panel.market.rename("S02"))
    settled = operators.settled(panel.close * np.inf, panel, 2)
    assert settled.isna().all(axis=None)
    late = operators.settled(panel.close, panel, 2)
    assert (panel.close.notna() & late.isna()).sum().eq(2).all()
    bare = panel.until(panel.sessions[-1])
    with pytest.raises(NoData, match="index") as caught:
        operators.market(type(bare)(bare.open, bare.high, bare.low, bare.close, bare.volume))
    assert caught.value.suggestion is not None
    assert caught.value.suggestion.tool == "ingest_data"
