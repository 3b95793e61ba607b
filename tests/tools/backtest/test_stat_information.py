"""Information coefficients and their t-statistics."""

import numpy as np
import pandas as pd
import pytest

from tools.backtest.statistics.information import coefficients, summarise

RNG = np.random.default_rng(21)


def frame(values):
    return pd.DataFrame(values)


SCORES = frame(RNG.normal(size=(300, 12)))
OUTCOMES = frame(0.3 * SCORES.to_numpy() + RNG.normal(size=(300, 12)))


@pytest.mark.parametrize(("kind", "method"), [("rank", "spearman"), ("pearson", "pearson")])
def test_agrees_with_pandas_row_by_row(kind, method):
    scores = SCORES.round(1).mask(RNG.random(SCORES.shape) < 0.2)
    found = coefficients(scores, OUTCOMES, kind)
    for bar in range(0, 300, 17):
        pair = pd.concat([scores.loc[bar], OUTCOMES.loc[bar]], axis=1).dropna()
        ranked = pair.rank() if method == "spearman" else pair
        assert found[bar] == pytest.approx(ranked.corr().iloc[0, 1])


def test_rank_is_blind_to_any_rising_transform_and_both_to_scale_and_order_of_symbols():
    rank = coefficients(SCORES, OUTCOMES)
    assert coefficients(np.exp(SCORES), OUTCOMES**3).equals(rank)
    assert coefficients(-SCORES, OUTCOMES).to_numpy() == pytest.approx(-rank.to_numpy())
    linear = coefficients(SCORES, OUTCOMES, "pearson")
    assert coefficients(3 * SCORES + 7, OUTCOMES, "pearson").to_numpy() == pytest.approx(linear.to_numpy())
    order = RNG.permutation(12)
    shuffled = coefficients(SCORES.iloc[:, order], OUTCOMES.iloc[:, order], "pearson")
    assert shuffled.to_numpy() == pytest.approx(linear.to_numpy())


def test_what_is_undefined_is_nan():
    scores = frame([[1.0, 2.0, np.nan], [1.0, 1.0, 1.0], [0.1, 0.1 + 1e-17, 0.1], [1.0, 2.0, 4.0]])
    outcomes = frame([[1.0, 2.0, 3.0]] * 4)
    assert coefficients(scores, outcomes).isna().tolist() == [True, True, False, False]  # ranks see any difference
    assert coefficients(scores, outcomes, "pearson").isna().tolist() == [True, True, True, False]
    assert summarise(pd.Series([np.nan, np.nan])) is None
    assert summarise(pd.Series([0.1])).t is None
    assert summarise(pd.Series([0.1, 0.1])).t is None


def test_labels_must_agree():
    with pytest.raises(ValueError, match="same bars"):
        coefficients(SCORES, OUTCOMES.iloc[1:])


def test_summary_of_a_planted_signal():
    found = summarise(coefficients(SCORES, OUTCOMES, "pearson"))
    assert found.mean == pytest.approx(0.3 / np.sqrt(1.09), abs=0.03)
    assert found.t == pytest.approx(found.ratio * np.sqrt(300), rel=1e-6)
    assert found.positive > 0.7


def test_overlapping_labels_do_not_make_it_significant():
    """A slow score of no value against five-day returns: the plain t-statistic is far too large, ours is not."""
    rng = np.random.default_rng(22)
    plain, adjusted = [], []
    for _ in range(150):
        returns = rng.normal(size=(504, 20))
        ahead = frame(np.lib.stride_tricks.sliding_window_view(returns, 5, axis=0).sum(axis=-1)[1:])
        slow = frame(np.tile(rng.normal(size=20), (len(ahead), 1)))
        series = coefficients(slow, ahead)
        plain.append(abs(summarise(series).t) > 1.96)
        adjusted.append(abs(summarise(series, horizon_days=5).t) > 1.96)
    assert np.mean(plain) > 0.25
    assert np.mean(adjusted) == pytest.approx(0.05, abs=0.06)


def test_horizon_must_be_a_bar():
    with pytest.raises(ValueError, match="horizon_days"):
        summarise(pd.Series([0.1, 0.2]), horizon_days=0)
