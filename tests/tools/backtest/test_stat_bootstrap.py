"""Resampled intervals."""

import math

import numpy as np
import pandas as pd
import pytest

from tools.backtest import stats
from tools.backtest.statistics.bootstrap import bootstrap, deepest_drawdowns, stationary_indices

RETURNS = pd.Series(np.random.default_rng(1).normal(0.0006, 0.01, 1500))


def test_the_seed_decides():
    assert bootstrap(RETURNS, seed=3, resamples=50) == bootstrap(RETURNS, seed=3, resamples=50)
    assert bootstrap(RETURNS, seed=3, resamples=50) != bootstrap(RETURNS, seed=4, resamples=50)


def test_of_independent_returns_it_agrees_with_the_standard_error():
    found = bootstrap(RETURNS, seed=1, confidence=0.95).sharpe
    width = 2 * 1.96 * stats.sharpe_stderr(RETURNS)
    assert found.high - found.low == pytest.approx(width, rel=0.15)
    assert found.low < stats.sharpe(RETURNS) < found.high


def test_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(8)
    hits = 0
    for seed in range(200):
        found = bootstrap(pd.Series(rng.normal(0.0005, 0.01, 750)), seed=seed, confidence=0.9, resamples=200).sharpe
        hits += found.low <= 0.05 * math.sqrt(252) <= found.high
    assert hits / 200 == pytest.approx(0.9, abs=0.06)


def test_agrees_with_the_bootstrap_of_arch():
    peer = pytest.importorskip("arch.bootstrap").StationaryBootstrap(21, RETURNS.to_numpy(), seed=5)
    theirs = peer.apply(lambda drawn: [stats.max_drawdown(pd.Series(drawn))], 400)[:, 0]
    ours = bootstrap(RETURNS, seed=5, resamples=4000, confidence=0.8).max_drawdown
    assert np.quantile(theirs, [0.1, 0.5, 0.9]) == pytest.approx([ours.low, ours.middle, ours.high], rel=0.12)


def test_blocks_have_the_mean_length_asked_for_and_wrap_around():
    drawn = stationary_indices(1000, 200, 20, np.random.default_rng(0))
    follows = (np.diff(drawn, axis=1) % 1000) == 1
    assert 1 / (1 - follows.mean()) == pytest.approx(20, rel=0.05)
    assert np.bincount(drawn.ravel(), minlength=1000).min() > 0
    assert drawn.min() == 0
    assert drawn.max() == 999


def test_blocks_keep_what_follows_what():
    wave = pd.Series(np.repeat(np.tile([0.01, -0.01], 30), 25))
    whole = bootstrap(wave, seed=1, resamples=300, block_days=50).max_drawdown
    single = bootstrap(wave, seed=1, resamples=300, block_days=1).max_drawdown
    assert whole.middle < single.middle


def test_chunks_do_not_matter_to_what_is_drawn_from():
    paths = np.random.default_rng(2).normal(0, 0.02, (30, 100))
    expected = [stats.max_drawdown(pd.Series(row)) for row in paths]
    assert deepest_drawdowns(paths) == pytest.approx(expected)
    assert deepest_drawdowns(np.full((1, 5), 0.1))[0] == 0


@pytest.mark.parametrize("values", [[], [0.01], [0.0] * 20])
def test_undefined_is_none(values):
    assert bootstrap(pd.Series(values, dtype=float), seed=1) is None


def test_missing_returns_are_left_out():
    holes = RETURNS.copy()
    holes.iloc[0] = np.nan
    assert bootstrap(holes, seed=1, resamples=20) == bootstrap(RETURNS.iloc[1:], seed=1, resamples=20)


@pytest.mark.parametrize("wrong", [{"confidence": 1.0}, {"resamples": 0}, {"block_days": 0}])
def test_nonsense_is_refused(wrong):
    with pytest.raises(ValueError, match="confidence"):
        bootstrap(RETURNS, seed=1, **wrong)
