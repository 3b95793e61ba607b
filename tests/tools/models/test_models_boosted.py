"""The boosted classifier: repeatable, saved as text, honest about noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.kernel.errors import WorkspaceError
from tools.models.boosted import BoostedModel
from tools.models.model import Floats, Model

NAMES = ("signal", "noise")


def _rows(seed: int, rows: int = 2000) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 2))
    y = (rng.random(rows) < 1 / (1 + np.exp(-2 * x[:, 0]))).astype(float)
    x[rng.random(x.shape) < 0.05] = np.nan
    return x, y


def _fit(seed: int = 7, threads: int = 1) -> BoostedModel:
    x, y = _rows(0)
    return BoostedModel.fit(x, y, NAMES, seed=seed, threads=threads)


def test_same_arguments_same_bytes(tmp_path: Path) -> None:
    for threads in (1, 2):
        paths = [tmp_path / f"{threads}-{run}.txt" for run in range(2)]
        for path in paths:
            _fit(threads=threads).save(path)
        assert paths[0].read_bytes() == paths[1].read_bytes()


def test_another_seed_another_model() -> None:
    x, _ = _rows(1)
    assert not np.array_equal(_fit(seed=1).predict(x), _fit(seed=2).predict(x))


def test_thread_count_does_not_change_scores() -> None:
    x, _ = _rows(1)
    np.testing.assert_allclose(_fit(threads=1).predict(x), _fit(threads=2).predict(x), atol=1e-12)


def test_a_saved_model_predicts_the_same(tmp_path: Path) -> None:
    x, _ = _rows(1)
    model = _fit()
    model.save(tmp_path / "model.txt")
    loaded = BoostedModel.load(tmp_path / "model.txt")
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))
    assert loaded.importance() == model.importance()
    loaded.save(tmp_path / "again.txt")
    assert BoostedModel.load(tmp_path / "again.txt").importance() == model.importance()


def test_scores_are_probabilities_and_importance_is_a_share() -> None:
    x, y = _rows(1)
    model: Model = _fit()
    scores = model.predict(x)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert ((scores > 0.5) == (y == 1)).mean() > 0.7
    shares = model.importance()
    assert tuple(shares) == NAMES
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["signal"] > 0.9
    assert model.predict(np.empty((0, 2))).shape == (0,)


def test_features_may_be_called_what_they_are(tmp_path: Path) -> None:
    names = ["if_(close > sma(200), 1, -1)", "a b%20c", '"x": [1]', "größe"][: len(NAMES)]
    x, y = _rows(0)
    model = BoostedModel.fit(x, y, names, seed=7, threads=1)
    assert list(model.importance()) == names
    model.save(tmp_path / "model.txt")
    assert BoostedModel.load(tmp_path / "model.txt").importance() == model.importance()


def test_nothing_to_learn_gives_no_importance() -> None:
    x, _ = _rows(0)
    model = BoostedModel.fit(x, np.ones(len(x)), NAMES, seed=0, threads=1)
    assert model.importance() == {"signal": 0.0, "noise": 0.0}
    assert model.predict(x).min() > 0.5


def test_shapes_that_do_not_fit_are_refused() -> None:
    x, y = _rows(0)
    for bad_x, bad_y, names in ((x[:5], y, NAMES), (x, y, ("one",)), (x[:0], y[:0], NAMES)):
        with pytest.raises(ValueError, match="fit together"):
            BoostedModel.fit(bad_x, bad_y, names, seed=0, threads=1)


def test_missing_and_damaged_files_are_named(tmp_path: Path) -> None:
    for content in (None, b"", b"tree\nnonsense", b"\xff\xfe"):
        path = tmp_path / "model.txt"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(WorkspaceError, match=r"model\.txt is missing or damaged"):
            BoostedModel.load(path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line() -> None:
    with pytest.raises(WorkspaceError, match="disk is full"):
        _fit().save(Path("/dev/full"))


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="Cannot write"):
        _fit().save(tmp_path / "none" / "model.txt")
