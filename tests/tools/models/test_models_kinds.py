"""Every kind of model, behind one Protocol: repeatable, saved as text, trained and judged on its own labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tools.features.catalog import compute_features
from tools.features.label import LABELS
from tools.features.panel import Panel
from tools.features.triple_barrier import triple_barrier
from tools.features.uniqueness import Uniqueness, constant_spans
from tools.kernel.errors import BadRequest, WorkspaceError
from tools.models.boosted_ranker import BoostedRanker
from tools.models.boosted_regressor import BoostedRegressor
from tools.models.combinatorial import combinatorial_splits
from tools.models.hits import count_hits
from tools.models.model import Floats
from tools.models.naive import EqualWeightModel, MomentumModel
from tools.models.registry import MODELS
from tools.models.split import walk_forward
from tools.models.train import WalkForward, train_walk_forward
from tools.models.train_combinatorial import train_combinatorial

FEATURES = ("volume_spike_20", "momentum_20", "momentum_60")
LEARNING = tuple(name for name, kind in MODELS.items() if not kind.naive)
NAMES = ("signal", "momentum_20")


def _market(alpha: float, *, seed: int = 11, bars: int = 1100, symbols: int = 6) -> Panel:
    """Return a seeded market in which a high volume today lifts the open-to-open return of tomorrow by `alpha`."""
    rng = np.random.default_rng(seed)
    index = pd.date_range("2004-01-05", periods=bars, freq="B", name="ts")
    shock = rng.normal(size=(bars, symbols))
    daily = rng.normal(0, 0.01, (bars, symbols)) + rng.normal(0, 0.01, (bars, 1))
    daily[2:] += alpha * np.sign(shock[:-2])
    opens = pd.DataFrame(50 * np.exp(np.cumsum(daily, axis=0)), index, [f"S{number}" for number in range(symbols)])
    close = opens * np.exp(rng.normal(0, 0.002, opens.shape))
    high, low = np.maximum(opens, close), np.minimum(opens, close)
    return Panel(opens, high, low, close, opens * 0 + 1e6 * np.exp(0.5 * shock))


def _train(panel: Panel, name: str, *, horizon: int = 1, unique: bool = False) -> WalkForward:
    kind = MODELS[name]
    label = LABELS[kind.label](panel, horizon)
    return train_walk_forward(
        compute_features(panel, FEATURES),
        label,
        walk_forward(panel.sessions, purge_days=horizon + 1, warmup=60),
        seed=0,
        threads=1,
        model=kind.model,
        weigh=Uniqueness(constant_spans(label, horizon)) if unique else None,
    )


def _rows(name: str) -> dict[str, Floats]:
    """Return arguments of a fit: 300 bars of 5 rows."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(1500, 2))
    x[rng.random(x.shape) < 0.05] = np.nan
    forward = 0.005 * np.nan_to_num(x[:, 0]) + rng.normal(0, 0.02, 1500)
    place = forward.reshape(-1, 5).argsort(axis=1).argsort(axis=1).reshape(-1) / 4
    y = {"up_down": (forward > 0).astype(float), "forward_return": forward, "rank": place}[MODELS[name].label]
    return {"x": x, "y": y, "weights": rng.uniform(0.5, 1.5, 1500), "bars": np.repeat(np.arange(300), 5)}


def test_the_registry_names_every_kind_and_what_it_learns() -> None:
    assert {name: kind.label for name, kind in MODELS.items()} == {
        "lightgbm": "up_down",
        "lightgbm_regressor": "forward_return",
        "lightgbm_ranker": "rank",
        "logistic": "up_down",
        "ridge": "forward_return",
        "momentum": "forward_return",
        "equal_weight": "forward_return",
    }
    assert {name for name, kind in MODELS.items() if kind.naive} == {"momentum", "equal_weight"}
    assert set(LABELS) >= {kind.label for kind in MODELS.values()}


@pytest.mark.parametrize("name", MODELS)
def test_same_arguments_same_bytes_and_the_same_after_loading(name: str, tmp_path: Path) -> None:
    kind, rows = MODELS[name], _rows(name)
    fits = [kind.model.fit(feature_names=NAMES, seed=3, threads=2, **rows) for _ in range(2)]
    paths = [tmp_path / f"{number}-{kind.file_name}" for number in range(2)]
    for fit, path in zip(fits, paths, strict=True):
        fit.save(path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    loaded = kind.model.load(paths[0])
    np.testing.assert_array_equal(loaded.predict(rows["x"]), fits[0].predict(rows["x"]))
    assert loaded.importance() == fits[0].importance()
    assert tuple(loaded.importance()) == NAMES
    assert sum(loaded.importance().values()) == pytest.approx(0 if name == "equal_weight" else 1)


@pytest.mark.parametrize("name", LEARNING)
def test_weights_change_what_is_learnt(name: str) -> None:
    rows = _rows(name)
    plain = MODELS[name].model.fit(feature_names=NAMES, seed=3, threads=1, **(rows | {"weights": None}))
    alike = MODELS[name].model.fit(feature_names=NAMES, seed=3, threads=1, **(rows | {"weights": np.ones(1500)}))
    other = MODELS[name].model.fit(feature_names=NAMES, seed=3, threads=1, **rows)
    assert not np.allclose(plain.predict(rows["x"]), other.predict(rows["x"]), rtol=1e-9, atol=0)
    np.testing.assert_allclose(alike.predict(rows["x"]), plain.predict(rows["x"]), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", LEARNING)
def test_planted_alpha_is_found_by_every_model_that_learns(name: str) -> None:
    panel = _market(0.008)
    run = _train(panel, name)
    for fold in run.folds:
        assert fold.accuracy > fold.base_rate + 0.05
        assert max(fold.importance, key=fold.importance.__getitem__) == "volume_spike_20"
    forward = LABELS["forward_return"](panel, 1)
    daily = run.scores.rank(axis=1).corrwith(forward.rank(axis=1), axis=1)
    assert daily.mean() > 0.3


@pytest.mark.parametrize("name", MODELS)
def test_the_twin_without_alpha_stays_at_chance(name: str) -> None:
    panel = _market(0.0)
    run = _train(panel, name)
    rows = np.array([fold.test_rows for fold in run.folds])
    accuracy = np.average([fold.accuracy for fold in run.folds], weights=rows)
    assert abs(accuracy - 0.5) < 4 * 0.5 / np.sqrt(rows.sum() / 2)  # symbols of a bar move together
    assert run.scores.loc[pd.Timestamp(run.folds[0].test_start) :].notna().all(axis=None)


@pytest.mark.parametrize("name", MODELS)
def test_scores_do_not_depend_on_later_bars(name: str) -> None:
    panel = _market(0.004)
    run = _train(panel, name, horizon=5, unique=True)
    cut = panel.sessions[panel.sessions.get_loc(pd.Timestamp(run.folds[1].test_start)) + 30]
    earlier = _train(panel.until(cut), name, horizon=5, unique=True).scores
    pd.testing.assert_frame_equal(earlier, run.scores.loc[:cut], check_exact=True)


def test_momentum_ranks_by_the_longest_past_return() -> None:
    panel = _market(0.0)
    run = _train(panel, "momentum")
    momentum = compute_features(panel, ("momentum_60",))["momentum_60"].astype(np.float32).astype(float)
    tested = run.scores.dropna().index
    pd.testing.assert_frame_equal(run.scores.loc[tested], momentum.loc[tested], check_names=False)
    assert run.folds[0].importance == {"volume_spike_20": 0.0, "momentum_20": 0.0, "momentum_60": 1.0}
    with pytest.raises(BadRequest, match="past return"):
        MomentumModel.fit(np.ones((2, 1)), np.ones(2), ("rsi_14",), seed=0, threads=1)


def test_equal_weight_has_no_favourite() -> None:
    panel = _market(0.0)
    run = _train(panel, "equal_weight")
    assert set(np.unique(run.scores.dropna())) == {1.0}
    assert set(run.folds[0].importance.values()) == {0.0}


def test_a_bar_without_opinions_is_not_judged() -> None:
    nothing = np.full((2, 3), np.nan)
    hits = count_hits(nothing, np.ones((2, 3)), np.ones((2, 3)), "up_down")
    assert hits.rows == 0
    assert np.isnan([hits.accuracy, hits.base_rate]).all()


def test_ranks_are_judged_within_their_bar() -> None:
    label = np.array([[0.0, 0.5, 1.0], [1.0, 0.0, np.nan]])
    scores = np.array([[-9.0, -8.0, -7.0], [3.0, 4.0, 5.0]])
    hits = count_hits(scores, label, label, "rank")
    assert hits.rows == 5
    assert hits.accuracy == pytest.approx(3 / 5)
    assert hits.base_rate == pytest.approx(3 / 5)


def test_a_ranker_needs_bars_and_ranks() -> None:
    rows = _rows("lightgbm_ranker")
    backwards = rows["bars"][::-1]
    for wrong in (None, rows["bars"][:5], backwards):
        with pytest.raises(ValueError, match="number of the bar"):
            BoostedRanker.fit(feature_names=NAMES, seed=0, threads=1, **(rows | {"bars": wrong}))
    with pytest.raises(ValueError, match="ranks in"):
        BoostedRanker.fit(feature_names=NAMES, seed=0, threads=1, **(rows | {"y": rows["y"] - 0.5}))


def test_the_size_of_returns_does_not_change_the_regressor_s_trees() -> None:
    rows = _rows("lightgbm_regressor")
    small = BoostedRegressor.fit(feature_names=NAMES, seed=0, threads=1, **rows)
    large = BoostedRegressor.fit(feature_names=NAMES, seed=0, threads=1, **(rows | {"y": rows["y"] * 1024}))
    np.testing.assert_allclose(large.predict(rows["x"]), small.predict(rows["x"]) * 1024, rtol=1e-4)
    assert small.importance()["signal"] > 0.5


def test_unique_labels_weigh_more() -> None:
    panel = _market(0.004)
    plain, weighed = (_train(panel, "ridge", horizon=10, unique=unique) for unique in (False, True))
    assert not plain.scores.equals(weighed.scores)
    barrier = triple_barrier(panel, 5)
    run = train_walk_forward(
        compute_features(panel, FEATURES),
        barrier.up,
        walk_forward(panel.sessions, purge_days=6, warmup=60),
        seed=0,
        threads=1,
        weigh=Uniqueness(barrier.spans),
    )
    assert run.scores.notna().any(axis=None)


def test_weights_that_are_missing_or_lines_that_do_not_match_are_bugs() -> None:
    panel = _market(0.0)
    label = LABELS["up_down"](panel, 1)
    features = compute_features(panel, FEATURES)
    splits = walk_forward(panel.sessions, purge_days=2, warmup=60)
    with pytest.raises(ValueError, match="weight above 0"):
        train_walk_forward(features, label, splits, seed=0, threads=1, weigh=lambda bars: label.loc[bars] * 0)
    later = {name: frame.iloc[100:] for name, frame in features.items()}
    with pytest.raises(ValueError, match="features lack"):
        train_walk_forward(later, label.iloc[100:], splits, seed=0, threads=1)


def test_combinatorial_paths_cover_the_history_and_find_the_alpha() -> None:
    panel = _market(0.008, bars=700)
    label = LABELS["up_down"](panel, 1)
    cut = combinatorial_splits(panel.sessions, groups=5, test_groups=2, purge_days=2, embargo_days=5, warmup=60)
    seen: list[tuple[str, int, int]] = []
    run = train_combinatorial(
        compute_features(panel, FEATURES),
        label,
        cut,
        seed=0,
        threads=1,
        progress=lambda *step: seen.append(step),
        model=MODELS["logistic"].model,
        weigh=Uniqueness(constant_spans(label, 1)),
    )
    assert seen == [("train", done, 10) for done in range(1, 11)]
    assert len(run.folds) == 10
    assert len(run.paths) == 4
    for path in run.paths:
        assert path.index.equals(panel.sessions[60:])
        assert path.notna().all(axis=None)
        came = label.loc[path.index].to_numpy()
        assert ((path.to_numpy() > 0.5) == (came == 1))[~np.isnan(came)].mean() > 0.6
    assert not run.paths[0].equals(run.paths[1])


@pytest.mark.parametrize("kind", [MomentumModel, EqualWeightModel])
def test_damaged_and_foreign_recipes_are_named(
    kind: type[MomentumModel] | type[EqualWeightModel], tmp_path: Path
) -> None:
    path = tmp_path / "model.json"
    foreign = EqualWeightModel if kind is MomentumModel else MomentumModel
    foreign.fit(np.ones((2, 2)), np.ones(2), NAMES, seed=0, threads=1).save(path)
    contents = (
        path.read_bytes(),
        b"{",
        b'{"kind":"momentum","features":["a"],"scores_by":"b"}',
        b'{"kind":"equal_weight","features":["a"],"scores_by":"a"}',
    )
    for content in contents:
        path.write_bytes(content)
        with pytest.raises(WorkspaceError, match="damaged"):
            kind.load(path)
    path.unlink()
    with pytest.raises(WorkspaceError, match="missing"):
        kind.load(path)
