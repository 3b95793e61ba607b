"""Contributions are exact: they sum to the score, and a planted driver comes first, in its direction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from explain_market import NAMES, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.explain.contributions import correlation, directions, shares, spread, twins
from tools.explain.partial_dependence import partial_dependence
from tools.models.contributions import Contributions, Explainable
from tools.models.model import Floats, Model
from tools.models.registry import MODELS

LEARNING = [name for name, kind in MODELS.items() if not kind.naive]
RAW = {
    "lightgbm": lambda score: np.log(score / (1 - score)),
    "logistic": lambda score: np.log(score / (1 - score)),
}


def fitted(name: str, *, planted: bool = True, missing: float = 0.0, seed: int = 1) -> tuple[Model, Floats]:
    x, y = rows(3000, seed, planted=planted)
    rng = np.random.default_rng(seed)
    x[rng.random(x.shape) < missing] = np.nan
    bars = np.repeat(np.arange(300), 10)
    return MODELS[name].model.fit(x, y, NAMES, seed=7, threads=1, bars=bars), x


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("name", LEARNING)
def test_the_parts_sum_to_the_score(name: str, missing: float, tmp_path: Path) -> None:
    model, x = fitted(name, missing=missing)
    path = tmp_path / MODELS[name].file_name
    model.save(path)
    for each in (model, MODELS[name].model.load(path)):
        assert isinstance(each, Explainable)
        found = each.contributions(x[:500])
        raw = RAW.get(name, lambda score: score)(each.predict(x[:500]))
        assert found.parts.shape == (500, len(NAMES))
        np.testing.assert_allclose(found.raw, raw, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ["logistic", "ridge"])
def test_a_linear_part_is_slope_times_distance_from_the_mean(name: str) -> None:
    model, x = fitted(name)
    saved = model.coefficients
    away = (x - np.array(saved.standard.centre)) / np.array(saved.standard.scale)
    inside = (np.abs(away) <= 5).all(axis=1)
    found = model.contributions(x)
    np.testing.assert_allclose(found.parts[inside], (away * np.array(saved.slopes))[inside], rtol=0, atol=1e-12)
    assert found.base == saved.intercept


@pytest.mark.parametrize("name", LEARNING)
def test_the_planted_driver_comes_first_in_its_direction(name: str) -> None:
    model, _ = fitted(name)
    x, _ = rows(1000, 99)
    found = model.contributions(x)
    share, direction = shares(found), directions(x, found)
    assert list(np.argsort(-share)[:2]) == [0, 1]
    assert share.sum() == pytest.approx(1)
    assert direction[0] is not None
    assert direction[0] > 0.9
    assert direction[1] is not None
    assert direction[1] < -0.9


@pytest.mark.parametrize("name", LEARNING)
def test_partial_dependence_of_a_monotone_driver_is_monotone(name: str) -> None:
    model, _ = fitted(name)
    x, _ = rows(1000, 99)
    curve = partial_dependence(model, x, 0, "driver")
    assert len(curve.x) == len(curve.y) == 11
    assert np.all(np.diff(curve.x) > 0)
    steps = np.diff(curve.y)
    assert (steps >= -0.02 * np.ptp(curve.y)).all()  # bagged trees may dent the end of a slope
    falling = partial_dependence(model, x, 1, "weak")
    assert falling.y[0] > falling.y[-1]


def test_partial_dependence_is_the_mean_over_the_rows() -> None:
    model, x = fitted("lightgbm")
    curve = partial_dependence(model, x[:200], 2, "noise_1")
    moved = x[:200].copy()
    moved[:, 2] = curve.x[3]
    assert curve.y[3] == float(model.predict(moved).mean())


def test_a_model_without_a_split_has_parts_of_nothing() -> None:
    x, y = rows(60, 3, planted=False)
    model = MODELS["lightgbm"].model.fit(x * 0, y, NAMES, seed=7, threads=1)
    found = model.contributions(x)
    assert not found.parts.any()
    assert not shares(found).any()
    assert directions(x, found) == (None,) * len(NAMES)


@pytest.mark.parametrize("name", ["momentum", "equal_weight"])
def test_naive_models_have_nothing_to_explain(name: str) -> None:
    assert not issubclass(MODELS[name].model, Explainable)


def test_no_rows_have_no_parts() -> None:
    model, x = fitted("lightgbm")
    assert model.contributions(x[:0]).parts.shape == (0, len(NAMES))
    assert not shares(model.contributions(x[:0])).any()


@given(st.integers(1, 500), st.integers(1, 100))
def test_spread_rows_are_distinct_and_reach_both_ends(count: int, most: int) -> None:
    chosen = spread(count, most)
    assert len(chosen) == min(count, most)
    assert chosen[0] == 0
    assert most == 1 or chosen[-1] == count - 1


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_shares_do_not_depend_on_the_scale(seed: int) -> None:
    parts = np.random.default_rng(seed).normal(size=(40, 5))
    np.testing.assert_allclose(shares(Contributions(0.0, parts)), shares(Contributions(3.0, parts * -7)))


def test_correlations_leave_out_what_is_missing() -> None:
    left = np.array([1.0, 2.0, np.nan, 4.0])
    assert correlation(left, left**3) == pytest.approx(1)
    assert correlation(left, -left) == pytest.approx(-1)
    assert correlation(left, np.ones(4)) is None
    assert correlation(left[:1], left[:1]) is None


def test_features_that_order_the_rows_alike_are_named() -> None:
    x, _ = rows(300, 4)
    x[:, 3] = np.exp(x[:, 0])
    assert twins(x, NAMES) == (("driver", "noise_2"),)
