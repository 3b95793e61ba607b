"""Walk-forward training on a market with planted alpha, and on its twin without."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tools.features.catalog import compute_features
from tools.features.label import up_down
from tools.features.panel import Panel
from tools.kernel.errors import BadRequest
from tools.models.boosted import BoostedModel
from tools.models.split import Split, walk_forward
from tools.models.train import WalkForward, train_walk_forward

FEATURES = ("rsi_14", "volume_spike_20", "momentum_20")
PURGE = 2


def _market(alpha: float, *, seed: int = 11, bars: int = 1700, symbols: int = 5) -> Panel:
    """Return a seeded market in which a high volume today lifts the open-to-open return of tomorrow by `alpha`."""
    rng = np.random.default_rng(seed)
    index = pd.date_range("2004-01-05", periods=bars, freq="B", name="ts")
    columns = [f"S{number}" for number in range(symbols)]
    shock = rng.normal(size=(bars, symbols))
    daily = rng.normal(0, 0.01, (bars, symbols))
    daily[2:] += alpha * np.sign(shock[:-2])
    opens = pd.DataFrame(50 * np.exp(np.cumsum(daily, axis=0)), index=index, columns=columns)
    close = opens * np.exp(rng.normal(0, 0.002, opens.shape))
    high, low = np.maximum(opens, close), np.minimum(opens, close)
    return Panel(opens, high, low, close, opens * 0 + 1e6 * np.exp(0.5 * shock))


def _train(panel: Panel, *, seed: int = 0) -> tuple[WalkForward, tuple[Split, ...]]:
    splits = walk_forward(panel.sessions, purge_days=PURGE, warmup=108)
    features = compute_features(panel, FEATURES)
    return train_walk_forward(features, up_down(panel, 1), splits, seed=seed, threads=1), splits


def _pooled(run: WalkForward) -> tuple[float, float, int]:
    rows = np.array([fold.test_rows for fold in run.folds])
    accuracy = np.average([fold.accuracy for fold in run.folds], weights=rows)
    base_rate = np.average([fold.base_rate for fold in run.folds], weights=rows)
    return float(accuracy), float(base_rate), int(rows.sum())


def test_planted_alpha_is_found() -> None:
    run, _ = _train(_market(0.005))
    accuracy, base_rate, _ = _pooled(run)
    assert accuracy > base_rate + 0.12
    for fold in run.folds:
        assert max(fold.importance, key=lambda name: fold.importance[name]) == "volume_spike_20"
        assert sum(fold.importance.values()) == pytest.approx(1)


def test_the_twin_without_alpha_stays_at_chance() -> None:
    accuracy, base_rate, rows = _pooled(_train(_market(0.0))[0])
    three_errors = 3 * 0.5 / np.sqrt(rows)
    assert abs(accuracy - 0.5) < three_errors
    assert abs(accuracy - base_rate) < 2 * three_errors


def test_scores_fill_the_test_windows_and_nothing_else() -> None:
    panel = _market(0.0)
    run, splits = _train(panel)
    tested = panel.sessions.isin(np.concatenate([split.test for split in splits]))
    assert run.scores.index.equals(panel.sessions)
    assert run.scores.notna().all(axis=1).equals(pd.Series(tested, index=panel.sessions))
    assert run.scores.loc[tested].ge(0).all(axis=None)
    assert run.scores.loc[tested].le(1).all(axis=None)
    pd.testing.assert_series_equal(run.live_scores, run.scores.iloc[-1])
    newest = np.stack([frame.iloc[-1] for frame in compute_features(panel, FEATURES).values()], axis=-1)
    np.testing.assert_allclose(run.last_model.predict(newest), run.live_scores)


def test_scores_do_not_depend_on_later_bars() -> None:
    panel = _market(0.003)
    run, splits = _train(panel)
    cut = splits[1].test[50]
    earlier = _train(panel.until(cut))[0].scores
    pd.testing.assert_frame_equal(earlier, run.scores.loc[:cut], check_exact=True)


def test_same_seed_same_scores() -> None:
    panel = _market(0.003, bars=1000)
    first, second, other = (_train(panel, seed=seed)[0].scores for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    assert not first.equals(other)


def test_folds_state_their_windows_and_rows() -> None:
    panel = _market(0.0, bars=1000)
    run, splits = _train(panel)
    fold, split = run.folds[-1], splits[-1]
    assert [fold.number for fold in run.folds] == list(range(1, len(splits) + 1))
    assert (fold.train_start, fold.train_end) == (split.train[0].date(), split.train[-1].date())
    assert (fold.test_start, fold.test_end) == (split.test[0].date(), split.test[-1].date())
    assert fold.train_rows == len(split.train) * 5
    assert fold.test_rows == (len(split.test) - PURGE) * 5
    train_label = up_down(panel, 1).loc[split.train].to_numpy()
    test_label = up_down(panel, 1).loc[split.test].iloc[:-PURGE]
    score = run.scores.loc[test_label.index]
    assert fold.accuracy == pytest.approx(((score > 0.5) == (test_label == 1)).to_numpy().mean())
    assert fold.base_rate == pytest.approx((test_label == (train_label.mean() > 0.5)).to_numpy().mean())


def test_symbols_without_history_are_left_out_until_they_have_one() -> None:
    panel = _market(0.0, bars=1000)
    born = panel.sessions[900]
    frames = {}
    for field in ("open", "high", "low", "close", "volume"):
        frame = getattr(panel, field).copy()
        frame.loc[:born, "S0"] = np.nan
        frame.loc[frame.index[-1], "S1"] = np.nan
        frames[field] = frame
    run, _ = _train(Panel(**frames))
    assert run.scores.loc[:born, "S0"].isna().all()
    assert run.scores.loc[panel.sessions[930] :, "S0"].notna().all()
    assert np.isnan(run.live_scores["S1"])
    assert run.live_scores.drop("S1").notna().all()


def test_reports_progress_and_takes_any_model() -> None:
    panel = _market(0.0, bars=1000)
    splits = walk_forward(panel.sessions, purge_days=PURGE, warmup=108)
    seen: list[tuple[str, int, int]] = []
    features = compute_features(panel, ("momentum_20",))
    train_walk_forward(
        features,
        up_down(panel, 1),
        splits,
        seed=0,
        threads=1,
        progress=lambda *step: seen.append(step),
        model=BoostedModel,
    )
    assert seen == [("train", done, len(splits)) for done in range(1, len(splits) + 1)]


def test_nothing_to_learn_from_is_said() -> None:
    panel = _market(0.0, bars=1000)
    splits = walk_forward(panel.sessions, purge_days=PURGE, warmup=108)
    empty = {"momentum_20": panel.close * np.nan}
    with pytest.raises(BadRequest, match="nothing to train on"):
        train_walk_forward(empty, up_down(panel, 1), splits, seed=0, threads=1)
    features = compute_features(panel, ("momentum_20",))
    label = up_down(panel, 1)
    label.loc[splits[0].test[0] :] = np.nan
    with pytest.raises(BadRequest, match="nothing to test on"):
        train_walk_forward(features, label, splits, seed=0, threads=1)


def test_frames_that_do_not_line_up_are_bugs() -> None:
    panel = _market(0.0, bars=1000)
    label = up_down(panel, 1)
    splits = walk_forward(panel.sessions, purge_days=PURGE, warmup=108)
    for features, steps, message in (
        ({"x": panel.close.iloc[1:]}, splits, "labels of x"),
        ({}, splits, "no features"),
        ({"x": panel.close}, (), "no splits"),
    ):
        with pytest.raises(ValueError, match=message):
            train_walk_forward(features, label, steps, seed=0, threads=1)
