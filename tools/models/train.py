"""Walk-forward training: one pooled model a step, scores out of sample only.

The rows of a step are its (bar, symbol) pairs; one model learns from all symbols together. A pair is trained on
where its label is known and scored where it has at least one feature, so the newest bars, whose labels lie in the
future, are scored by the last step's model like any other test bar. Nothing is scored outside a test window.

Features reach the model in single precision. Adjusted prices are scaled by every later dividend, so a feature's
last digits depend on the future; trees split equal values on such digits, and past trades would change with them.

The caller chooses splits with a purge long enough for its labels; `tools.models.split` makes such splits. The
labels must be of the kind that the model learns; `tools.models.registry` says which that is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.kernel.errors import BadRequest
from tools.kernel.spec import Progress, silent
from tools.models.boosted import BoostedModel
from tools.models.hits import Hits, count_hits
from tools.models.model import Floats, Integers, Model
from tools.models.split import Split

Weighing = Callable[[pd.DatetimeIndex], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class FoldFit:
    """How one step went.

    Attributes:
        number: counts from 1.
        train_start: first training session.
        train_end: last training session.
        test_start: first test session.
        test_end: last test session.
        train_rows: (bar, symbol) pairs fitted on.
        test_rows: scored pairs whose label is known; `accuracy` and `base_rate` are over these.
        accuracy: share of them on the right side of the middle (`tools.models.hits`): of 0.5 for a probability.
        base_rate: share that always saying what was more frequent in training would get right.
        importance: feature -> share; sums to 1, or is all 0 where the model found nothing.
    """

    number: int
    train_start: date
    train_end: date
    test_start: date
    test_end: date
    train_rows: int
    test_rows: int
    accuracy: float
    base_rate: float
    importance: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class WalkForward:
    """The outcome of all steps.

    Attributes:
        scores: bars x symbols, what the model's scores are (probability of up for a classifier); NaN outside the
            test windows, where no feature is known, and where the model has no opinion.
        folds: one record a step.
        last_model: the model of the last step.
        live_scores: symbol -> score at the last session; NaN for a symbol without features there.
    """

    scores: pd.DataFrame
    folds: tuple[FoldFit, ...]
    last_model: Model
    live_scores: pd.Series


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Features (bars, symbols, features), labels (bars, symbols) and their weighing on one time axis."""

    sessions: pd.DatetimeIndex
    x: Floats
    y: Floats
    names: tuple[str, ...]
    weigh: Weighing | None = None

    @classmethod
    def stack(
        cls, features: Mapping[str, pd.DataFrame], label: pd.DataFrame, weigh: Weighing | None = None
    ) -> Self:
        """Put features and labels together. Raises ValueError where they do not line up or there are none."""
        for name, frame in features.items():
            if not (frame.index.equals(label.index) and frame.columns.equals(label.columns)):
                raise ValueError(f"the labels of {name} differ from those of the label frame")
        if not features:
            raise ValueError("no features")
        cube = np.stack([frame.to_numpy(dtype=np.float32) for frame in features.values()], axis=-1)
        y = label.to_numpy(dtype=float)
        return cls(pd.DatetimeIndex(label.index), cube.astype(float), y, tuple(features), weigh)

    def at(self, sessions: pd.DatetimeIndex) -> tuple[Floats, Floats, Integers]:
        """Return the pairs of some sessions: features, labels, and where the sessions lie on the time axis."""
        where = self.sessions.get_indexer(sessions)
        if (where < 0).any():
            raise ValueError("a split has sessions that the features lack")
        return self.x[where].reshape(-1, len(self.names)), self.y[where].reshape(-1), where

    def weights(self, sessions: pd.DatetimeIndex, known: npt.NDArray[np.bool_]) -> Floats | None:
        """Return the weights of the known pairs of some sessions, mean 1; None where all count alike.

        Raises:
            ValueError: a known pair has no weight above 0.
        """
        if self.weigh is None:
            return None
        given = self.weigh(sessions).to_numpy(dtype=float).reshape(-1)[known]
        if not (given > 0).all():
            raise ValueError("every training pair needs a weight above 0")
        return np.asarray(given / given.mean())


def train_walk_forward(
    features: Mapping[str, pd.DataFrame],
    label: pd.DataFrame,
    splits: Sequence[Split],
    *,
    seed: int,
    threads: int,
    progress: Progress = silent,
    model: type[Model] = BoostedModel,
    weigh: Weighing | None = None,
) -> WalkForward:
    """Fit and score every step; reports `train` progress.

    Args:
        features: id -> bars x symbols, on the labels of `label`.
        label: bars x symbols, of the kind `model` learns (by default 1 up, 0 down); NaN unknown.
        splits: steps in time order.
        seed: for the model's random choices.
        threads: for the model; part of what makes a run repeatable.
        progress: told after every step.
        model: the kind of model to fit.
        weigh: training sessions -> weights of their pairs, bars x symbols, above 0 where a label is known
            (`tools.features.uniqueness`); None where all count alike.

    Raises:
        BadRequest: a step has no pair with both a feature and a label to train on or to test on.
        ValueError: no features or splits, a frame's labels differ from those of `label`, or a weight is missing.
    """
    rows = Rows.stack(features, label, weigh)
    if not splits:
        raise ValueError("no splits")
    scores = np.full(rows.y.shape, np.nan)
    folds = []
    for done, split in enumerate(splits, start=1):
        fitted, fold = fit_step(rows, split, scores, model, seed=seed, threads=threads)
        folds.append(fold)
        progress("train", done, len(splits))
    frame = pd.DataFrame(scores, index=label.index, columns=label.columns)
    return WalkForward(frame, tuple(folds), fitted, frame.iloc[-1])


def fit_step(
    rows: Rows, split: Split, scores: Floats, model: type[Model], *, seed: int, threads: int
) -> tuple[Model, FoldFit]:
    """Fit on the training sessions and fill `scores`, bars x symbols, for the test sessions."""
    x, y, trained = rows.at(split.train)
    known = ~np.isnan(y) & ~np.isnan(x).all(axis=1)
    test_x, test_y, tested = rows.at(split.test)
    scorable = ~np.isnan(test_x).all(axis=1)
    if not known.any() or not (scorable & ~np.isnan(test_y)).any():
        part = "train on" if not known.any() else "test on"
        raise BadRequest(
            f"Between {split.train[0]:%Y-%m-%d} and {split.test[-1]:%Y-%m-%d} there is nothing to {part}.",
            hint="Choose features with a shorter window, a shorter horizon_days, or symbols with a longer history.",
        )
    fitted = model.fit(
        x[known],
        y[known],
        rows.names,
        seed=seed,
        threads=threads,
        weights=rows.weights(split.train, known),
        bars=np.repeat(trained, rows.y.shape[1])[known],
    )
    flat = np.full(len(test_y), np.nan)
    flat[scorable] = fitted.predict(test_x[scorable])
    scores[tested] = flat.reshape(-1, rows.y.shape[1])
    learnt = np.where(known, y, np.nan).reshape(-1, rows.y.shape[1])
    hits = count_hits(scores[tested], rows.y[tested], learnt, model.learns)
    return fitted, _fold(split, hits, int(known.sum()), fitted.importance())


def _fold(split: Split, hits: Hits, train_rows: int, importance: dict[str, float]) -> FoldFit:
    return FoldFit(
        number=split.number,
        train_start=split.train[0].date(),
        train_end=split.train[-1].date(),
        test_start=split.test[0].date(),
        test_end=split.test[-1].date(),
        train_rows=train_rows,
        test_rows=hits.rows,
        accuracy=hits.accuracy,
        base_rate=hits.base_rate,
        importance=importance,
    )
