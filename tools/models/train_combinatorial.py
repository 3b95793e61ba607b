"""Training on combinatorial splits: one score frame a path instead of one for the whole history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.kernel.spec import Progress, silent
from tools.models.boosted import BoostedModel
from tools.models.combinatorial import CombinatorialSplits, join_path
from tools.models.model import Model
from tools.models.train import FoldFit, Rows, Weighing, fit_step


@dataclass(frozen=True, slots=True, eq=False)
class CombinatorialRun:
    """The outcome of all splits.

    Attributes:
        paths: per path its scores, sessions after the warm-up x symbols; every session scored once.
        folds: one record a split; its dates are the first and last of sessions that need not be one run.
    """

    paths: tuple[pd.DataFrame, ...]
    folds: tuple[FoldFit, ...]


def train_combinatorial(
    features: Mapping[str, pd.DataFrame],
    label: pd.DataFrame,
    splits: CombinatorialSplits,
    *,
    seed: int,
    threads: int,
    progress: Progress = silent,
    model: type[Model] = BoostedModel,
    weigh: Weighing | None = None,
) -> CombinatorialRun:
    """Fit and score every split and join the scores to paths; reports `train` progress.

    Args and errors are those of `tools.models.train.train_walk_forward`.
    """
    rows = Rows.stack(features, label, weigh)
    scores, folds = [], []
    for done, split in enumerate(splits.splits, start=1):
        scored = np.full(rows.y.shape, np.nan)
        folds.append(fit_step(rows, split, scored, model, seed=seed, threads=threads)[1])
        scores.append(pd.DataFrame(scored, index=label.index, columns=label.columns).loc[split.test])
        progress("train", done, len(splits.splits))
    joined = tuple(join_path(splits, path, tuple(scores)) for path in range(len(splits.paths)))
    return CombinatorialRun(joined, tuple(folds))
