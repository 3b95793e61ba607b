import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tools.backtest.costs import Costs
from tools.backtest.engine import run_weights
from tools.backtest.weights import equal_weight, overlap, top_n
from tools.kernel.errors import BadRequest

SCORES = pd.DataFrame(
    [[0.6, 0.9, 0.4], [0.5, 0.2, 0.1], [np.nan, 0.7, np.nan], [0.8, 0.8, 0.8], [np.nan] * 3], columns=list("ABC")
)


def test_best_above_threshold_share_equally():
    expected = [[0.5, 0.5, 0], [0, 0, 0], [0, 1, 0], [0.5, 0.5, 0], [0, 0, 0]]
    np.testing.assert_array_equal(top_n(SCORES, 2), expected)


def test_without_threshold_every_score_counts():
    expected = [[0, 1, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 0]]
    np.testing.assert_array_equal(top_n(SCORES, 1, threshold=None), expected)


def test_more_places_than_symbols():
    assert top_n(SCORES, 10, threshold=None).sum(axis=1).tolist() == pytest.approx([1, 1, 1, 1, 0])


def test_no_position_is_refused():
    with pytest.raises(BadRequest):
        top_n(SCORES, 0)


@given(hnp.arrays(float, (5, 4), elements=st.floats(-2, 2) | st.just(np.nan)), st.integers(1, 6), st.booleans())
def test_invariants(values, n, limited):
    scores = pd.DataFrame(values)
    weights = top_n(scores, n, threshold=0.5 if limited else None).to_numpy()
    held = weights > 0
    assert (weights >= 0).all()
    assert (weights.sum(axis=1) <= 1 + 1e-12).all()
    assert (held.sum(axis=1) <= n).all()
    assert not held[np.isnan(values)].any()
    if limited:
        assert (values[held] > 0.5).all()
    for row, chosen in zip(values, held, strict=True):
        left = row[~chosen & ~np.isnan(row)]
        if chosen.any() and left.size:
            assert (
                row[chosen].min() >= left.max()
                or (limited and chosen.sum() == n)
                or left.max() <= row[chosen].min()
            )


def test_equal_weight_counts_listed_symbols_only():
    prices = pd.DataFrame([[np.nan, np.nan], [1.0, np.nan], [1.0, 2.0]])
    np.testing.assert_array_equal(equal_weight(prices), [[0, 0], [1, 0], [0.5, 0.5]])


def test_equal_weight_keeps_a_symbol_over_a_missed_bar_but_not_for_ever():
    prices = pd.DataFrame({"A": [1.0] * 9, "B": [1.0, np.nan, 1.0] + [np.nan] * 6, "C": [np.nan] * 8 + [1.0]})
    listed = equal_weight(prices) > 0
    assert listed["B"].tolist() == [True] * 8 + [False]
    assert listed["C"].tolist() == [False] * 8 + [True]


def test_a_missed_bar_costs_the_equal_weight_portfolio_nothing():
    rng = np.random.default_rng(0)
    close = pd.DataFrame(50 * np.exp(np.cumsum(rng.normal(0, 0.01, (300, 3)), axis=0)), columns=list("ABC"))
    holes = close.copy()
    holes.loc[5::5, "B"] = np.nan
    whole, holed = (
        run_weights(equal_weight(frame), open_=frame, close=frame, costs=Costs(1.0, 5.0))
        for frame in (close, holes)
    )
    assert holed.traded.sum() < 1.5 * whole.traded.sum()


def test_overlap_puts_capital_to_work_step_by_step():
    target = pd.DataFrame([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    np.testing.assert_allclose(overlap(target, 2), [[0.5, 0], [0.5, 0.5], [0, 1], [0, 0.5]])
    assert overlap(target, 1) is target
