"""Importance that holds over the steps is called stable, that of noise is not."""

from __future__ import annotations

import numpy as np
import pytest
from explain_market import NAMES, fold, rows

from tools.backtest.record import Fold
from tools.explain.stability import importance_table, rank_correlations, stability, top_third
from tools.models.registry import MODELS


def folds(*, planted: bool) -> list[Fold]:
    """Return the importance of models that were each fitted on rows of their own."""
    found = []
    for number in range(12):
        x, y = rows(1500, 50 + number, planted=planted)
        model = MODELS["lightgbm"].model.fit(x, y, NAMES, seed=7, threads=1)
        found.append(fold(number, model.importance()))
    return found


def test_a_planted_driver_is_stable_and_noise_is_not() -> None:
    for planted in (True, False):
        steps = folds(planted=planted)
        table = importance_table(steps, NAMES)
        found = stability(steps, table, NAMES)
        assert found.steps == 12
        assert found.apart is not None
        if planted:
            assert (found.leader, found.leader_top_third, found.stable) == ("driver", 1.0, True)
            assert found.apart > 0.4  # four features of noise have no order among them
        else:
            assert found.apart < 0.3
            assert found.stable is False


def test_steps_that_share_training_bars_do_not_vouch_for_each_other() -> None:
    turning = [fold(n, {"a": 1.0 - n / 12, "b": n / 12 + 0.01, "c": 0.005}) for n in range(12)]
    found = stability(turning, importance_table(turning, ("a", "b", "c")), ("a", "b", "c"))
    assert found.consecutive is not None
    assert found.apart is not None
    assert found.consecutive > 0.9
    assert found.apart < 0.5
    assert found.stable is False
    anchored = [fold(n, each.importance, anchored=True) for n, each in enumerate(turning)]
    found = stability(anchored, importance_table(anchored, ("a", "b", "c")), ("a", "b", "c"))
    assert found.apart is None
    assert found.stable is True


@pytest.mark.parametrize("shares", [{"a": 1.0}, {"a": 0.0, "b": 0.0}])
def test_without_an_order_there_is_no_correlation(shares: dict[str, float]) -> None:
    steps = [fold(number, shares) for number in range(3)]
    found = stability(steps, importance_table(steps, tuple(shares)), tuple(shares))
    assert (found.consecutive, found.apart, found.stable) == (None, None, None)
    assert found.leader == ("a" if any(shares.values()) else None)


def test_correlations_are_those_of_ranks() -> None:
    found = rank_correlations(np.array([[0.5, 0.3, 0.2], [0.9, 0.08, 0.02], [0.2, 0.3, 0.5], [0.0, 0.0, 0.0]]))
    assert found[0, 1] == pytest.approx(1)
    assert found[0, 2] == pytest.approx(-1)
    assert np.isnan(found[:, 3]).all()


def test_the_top_third_is_at_least_one_feature_and_none_of_no_importance() -> None:
    assert top_third(np.array([[0.6, 0.4], [0.3, 0.7]])).tolist() == [0.5, 0.5]
    assert top_third(np.zeros((2, 4))).tolist() == [0, 0, 0, 0]
    assert top_third(np.array([[0.4, 0.3, 0.2, 0.1]])).tolist() == [1, 1, 0, 0]
