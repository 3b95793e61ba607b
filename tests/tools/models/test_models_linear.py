"""The linear baselines: the numbers of a textbook fit, honest about what is missing, saved as JSON."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression, Ridge

from tools.kernel.errors import WorkspaceError
from tools.models.linear import PENALTY, LinearModel
from tools.models.logistic import CURVATURE, LogisticModel
from tools.models.model import Floats
from tools.models.ridge import RidgeModel
from tools.models.standardise import FARTHEST, Standard

NAMES = ("a", "b", "c")
KINDS: tuple[type[LinearModel], ...] = (LogisticModel, RidgeModel)


def _rows(seed: int, rows: int = 800, *, missing: float = 0.1) -> tuple[Floats, Floats, Floats]:
    """Return features, labels up or down, and returns."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3)) * [1.0, 100.0, 0.01] + [0.0, 50.0, 1.0]
    x[:, 2] += 0.005 * x[:, 0]
    signal = 0.8 * x[:, 0] - 0.01 * (x[:, 1] - 50)
    up = (rng.random(rows) < 1 / (1 + np.exp(-signal - 0.3))).astype(float)
    returns = 0.01 * signal + rng.normal(0, 0.02, rows)
    x[rng.random(x.shape) < missing] = np.nan
    return x, up, returns


def _label(kind: type[LinearModel], up: Floats, returns: Floats) -> Floats:
    return up if kind is LogisticModel else returns


def _fit(kind: type[LinearModel], seed: int = 0, *, weights: Floats | None = None) -> LinearModel:
    x, up, returns = _rows(seed)
    return kind.fit(x, _label(kind, up, returns), NAMES, seed=0, threads=1, weights=weights)


@pytest.mark.parametrize("weighted", [False, True])
def test_ridge_is_the_peer_s_ridge(*, weighted: bool) -> None:
    x, _, y = _rows(1)
    weights = np.random.default_rng(2).uniform(0.2, 2, len(y)) if weighted else np.ones(len(y))
    model = RidgeModel.fit(x, y, NAMES, seed=0, threads=1, weights=weights if weighted else None)
    z = Standard.fit(x).apply(x)
    peer = Ridge(alpha=PENALTY * weights.sum(), solver="cholesky").fit(z, y, sample_weight=weights)
    np.testing.assert_allclose(model.coefficients.slopes, peer.coef_, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(model.predict(x), peer.predict(z), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_logistic_is_the_peer_s_logistic(*, weighted: bool) -> None:
    x, y, _ = _rows(1)
    weights = np.random.default_rng(2).uniform(0.2, 2, len(y)) if weighted else np.ones(len(y))
    model = LogisticModel.fit(x, y, NAMES, seed=0, threads=1, weights=weights if weighted else None)
    z = Standard.fit(x).apply(x)
    peer = LogisticRegression(C=1 / (PENALTY * CURVATURE * weights.sum()), tol=1e-10, max_iter=1000)
    peer.fit(z, y, sample_weight=weights)
    np.testing.assert_allclose(model.coefficients.slopes, peer.coef_[0], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(model.predict(x), peer.predict_proba(z)[:, 1], rtol=1e-5)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), rows=st.integers(20, 400), noise=st.floats(0, 2))
def test_newton_ends_where_the_gradient_is_zero(seed: int, rows: int, noise: float) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3)) * 10 ** rng.uniform(-4, 4, 3)
    y = (x[:, 0] / x[:, 0].std() + noise * rng.normal(size=rows) > 0).astype(float)  # separable where noise is 0
    y[0], y[1] = 0.0, 1.0
    model = LogisticModel.fit(x, y, NAMES, seed=0, threads=1)
    z = model.coefficients.standard.apply(x)
    error = model.predict(x) - y
    gradient = z.T @ error + PENALTY * CURVATURE * rows * np.array(model.coefficients.slopes)
    assert abs(error.sum()) < 1e-7 * rows
    assert np.abs(gradient).max() < 1e-7 * rows


def test_a_weight_of_two_is_a_row_twice() -> None:
    x, up, returns = _rows(3)
    twice = np.r_[np.arange(len(x)), np.arange(100)]
    weights = np.ones(len(x))
    weights[:100] = 2.0
    for kind in KINDS:
        y = _label(kind, up, returns)
        z = Standard.fit(x).apply(x)
        once, slopes = kind.solve(z, y, weights)
        again, doubled = kind.solve(z[twice], y[twice], np.ones(len(twice)))
        np.testing.assert_allclose([once, *slopes], [again, *doubled], rtol=1e-8)


def test_standardisation_is_fitted_on_training_rows_only() -> None:
    x, up, returns = _rows(4, missing=0.0)
    for kind in KINDS:
        model = kind.fit(x[:400], _label(kind, up, returns)[:400], NAMES, seed=0, threads=1)
        standard = model.coefficients.standard
        np.testing.assert_allclose(standard.centre, x[:400].mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(standard.scale, x[:400].std(axis=0), rtol=1e-12)
        alone = np.concatenate([model.predict(row[None]) for row in x[400:]])
        np.testing.assert_array_equal(alone, model.predict(x[400:]))


def test_a_missing_value_is_the_mean_and_a_mark() -> None:
    x = np.array([[1.0, 5.0, np.nan, 7.0], [3.0, np.nan, np.nan, 7.0], [np.inf, 7.0, np.nan, 7.0]])
    standard = Standard.fit(x)
    assert standard.centre == (2.0, 6.0, 0.0, 7.0)
    assert standard.scale == (1.0, 1.0, 0.0, 0.0)
    assert standard.marked == (0, 1)
    np.testing.assert_array_equal(
        standard.apply(np.array([[1.0, np.nan, 9.0, 9.0], [99.0, 5.0, np.nan, np.nan]])),
        [[-1.0, 0.0, 0.0, 0.0, 0.0, 1.0], [FARTHEST, -1.0, 0.0, 0.0, 0.0, 0.0]],
    )
    with pytest.raises(ValueError, match="knows 4 features"):
        standard.apply(x[:, :2])


def test_being_missing_can_mean_something() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 2))
    gone = rng.random(2000) < 0.3
    x[gone, 1] = np.nan
    for kind in KINDS:
        model = kind.fit(x, gone.astype(float), ("noise", "gone"), seed=0, threads=1)
        assert model.importance()["gone"] > 0.9
        low, high = model.predict(np.array([[0.0, 0.0], [0.0, np.nan]]))
        assert low < 0.2
        assert high > 0.8


@pytest.mark.parametrize("kind", KINDS)
def test_a_feature_that_does_not_vary_is_left_out(kind: type[LinearModel]) -> None:
    x, up, returns = _rows(5)
    still = np.column_stack([x, np.full(len(x), 0.1), np.full(len(x), np.nan)])
    y = _label(kind, up, returns)
    model = kind.fit(still, y, (*NAMES, "still", "never"), seed=0, threads=1)
    assert model.importance()["still"] == model.importance()["never"] == 0
    np.testing.assert_allclose(
        model.predict(still), kind.fit(x, y, NAMES, seed=0, threads=1).predict(x), rtol=1e-9, atol=1e-12
    )
    assert sum(model.importance().values()) == pytest.approx(1)


def test_labels_all_alike_teach_the_base_rate() -> None:
    x, _, _ = _rows(6)
    for value, chance in ((1.0, 800.5 / 801), (0.0, 0.5 / 801)):
        model = LogisticModel.fit(x, np.full(len(x), value), NAMES, seed=0, threads=1)
        np.testing.assert_allclose(model.predict(x), chance)
        assert set(model.importance().values()) == {0.0}
    ridge = RidgeModel.fit(x, np.full(len(x), 0.25), NAMES, seed=0, threads=1)
    np.testing.assert_allclose(ridge.predict(x), 0.25)


def test_probabilities_stay_inside_their_range() -> None:
    model = _fit(LogisticModel)
    scores = model.predict(np.array([[1e300, -1e300, 0.0], [-1e300, 1e300, 0.0]]))
    assert ((scores > 0) & (scores < 1)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_same_arguments_same_bytes_and_the_same_after_loading(kind: type[LinearModel], tmp_path: Path) -> None:
    x, _, _ = _rows(7)
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    model = _fit(kind)
    model.save(first)
    _fit(kind).save(second)
    assert first.read_bytes() == second.read_bytes()
    loaded = kind.load(first)
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))
    assert loaded.importance() == model.importance()


@settings(max_examples=30, deadline=None)
@given(slopes=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3))
def test_every_float_survives_the_file(slopes: list[float], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("model") / "model.json"
    saved = _fit(RidgeModel).coefficients.model_copy(update={"slopes": tuple(slopes), "intercept": slopes[0]})
    RidgeModel(saved).save(path)
    assert RidgeModel.load(path).coefficients == saved


def test_the_number_of_threads_of_the_algebra_does_not_matter(tmp_path: Path) -> None:
    code = (
        "import sys, numpy as np\nfrom pathlib import Path\nfrom tools.models.logistic import LogisticModel\n"
        "r = np.random.default_rng(0); x = r.normal(size=(15000, 8))\n"
        "y = (x[:, 0] + r.normal(size=15000) > 0) * 1.0\n"
        "LogisticModel.fit(x, y, list('abcdefgh'), seed=0, threads=1).save(Path(sys.argv[1]))\n"
    )
    for threads in ("1", "2"):
        path = tmp_path / f"{threads}.json"
        subprocess.run(
            [sys.executable, "-c", code, str(path)],
            check=True,
            env={"OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads, "PATH": ""},
        )
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()


def test_missing_damaged_and_foreign_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    with pytest.raises(WorkspaceError, match=r"model\.json is missing or damaged"):
        RidgeModel.load(path)
    _fit(LogisticModel).save(path)
    with pytest.raises(WorkspaceError, match="damaged"):
        RidgeModel.load(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(WorkspaceError, match="damaged"):
        LogisticModel.load(path)
    with pytest.raises(WorkspaceError, match="Cannot write"):
        _fit(RidgeModel).save(tmp_path / "none" / "model.json")


def test_shapes_that_do_not_fit_are_refused() -> None:
    x, up, returns = _rows(0)
    for kind in KINDS:
        y = _label(kind, up, returns)
        for bad_x, bad_y, names in ((x[:5], y, NAMES), (x, y, ("one",)), (x[:0], y[:0], NAMES)):
            with pytest.raises(ValueError, match="fit together"):
                kind.fit(bad_x, bad_y, names, seed=0, threads=1)
        with pytest.raises(ValueError, match="5 weights"):
            kind.fit(x, y, NAMES, seed=0, threads=1, weights=np.ones(5))
