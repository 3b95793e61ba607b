"""Combinatorially symmetric cross-validation."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.backtest.statistics.overfitting import probability_of_overfitting


def noise(seed, bars=200, trials=40):
    return np.random.default_rng(seed).normal(size=(bars, trials)) * 0.01


def test_choosing_among_noise_is_a_coin_toss():
    found = [probability_of_overfitting(noise(seed), 10) for seed in range(300)]
    assert np.mean([each.probability for each in found]) == pytest.approx(0.5, abs=0.03)
    assert np.mean([each.loss_probability for each in found]) == pytest.approx(0.5, abs=0.03)
    assert np.mean([each.degradation for each in found]) < 0
    assert np.mean([each.sharpe_in for each in found]) > 2
    assert np.mean([each.sharpe_out for each in found]) == pytest.approx(0, abs=0.15)


def test_a_trial_that_is_really_better_is_found_in_both_halves():
    trials = noise(1, 1000, 20)
    trials[:, 7] += 0.003
    found = probability_of_overfitting(trials)
    assert found.probability < 0.01
    assert found.loss_probability < 0.01
    assert found.splits == 12_870


def by_the_book(trials, blocks):
    """The algorithm of the paper, split by split."""
    parts = np.array_split(np.arange(len(trials)), blocks)
    below, loss, pairs = [], [], []
    for chosen in combinations(range(blocks), blocks // 2):
        rows = np.concatenate([parts[at] for at in chosen])
        rest = np.concatenate([parts[at] for at in range(blocks) if at not in chosen])
        inside = trials[rows].mean(axis=0) / trials[rows].std(axis=0, ddof=1)
        outside = trials[rest].mean(axis=0) / trials[rest].std(axis=0, ddof=1)
        best = inside.argmax()
        share = (outside.argsort().argsort()[best] + 1) / (trials.shape[1] + 1)
        below.append(np.log(share / (1 - share)) <= 0)
        loss.append(outside[best] < 0)
        pairs.append((inside[best], outside[best]))
    return np.mean(below), np.mean(loss), np.polyfit(*np.array(pairs).T, 1)[0]


@pytest.mark.parametrize(("bars", "trials", "blocks"), [(200, 40, 8), (120, 6, 6), (64, 2, 8)])
def test_agrees_with_the_paper_taken_literally(bars, trials, blocks):
    matrix = noise(bars, bars, trials)
    found = probability_of_overfitting(matrix, blocks)
    expected = by_the_book(matrix, blocks)
    assert (found.probability, found.loss_probability, found.degradation) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 10), st.randoms(use_true_random=False))
def test_blind_to_scale_and_to_the_order_of_trials(seed, scale, random):
    matrix = noise(seed, 96, 8)
    order = list(range(8))
    random.shuffle(order)
    found = probability_of_overfitting(matrix, 6)
    assert probability_of_overfitting(matrix[:, order], 6).probability == found.probability
    assert probability_of_overfitting(matrix * scale, 6).degradation == pytest.approx(found.degradation)
    assert probability_of_overfitting(matrix[::-1], 6).probability == pytest.approx(found.probability)


def test_copies_of_one_trial_leave_nothing_to_choose():
    found = probability_of_overfitting(np.repeat(noise(2, 200, 1), 5, axis=1), 8)
    assert found.probability == 0.5
    assert found.median_logit == 0


def test_trials_that_never_trade_are_neither_good_nor_bad():
    matrix = np.column_stack([np.full(200, np.nan), noise(3, 200, 1)[:, 0] + 0.01])
    found = probability_of_overfitting(matrix, 8)
    assert found.probability == 0
    assert found.sharpe_out > 0


def test_too_little_is_none():
    assert probability_of_overfitting(noise(1, 200, 1)) is None
    assert probability_of_overfitting(noise(1, 31, 5)) is None


@pytest.mark.parametrize("blocks", [1, 3, 18, 0])
def test_blocks_must_be_even_and_few(blocks):
    with pytest.raises(ValueError, match="even"):
        probability_of_overfitting(noise(1), blocks)


def test_a_series_is_no_matrix():
    with pytest.raises(ValueError, match="matrix"):
        probability_of_overfitting(np.zeros(100))
