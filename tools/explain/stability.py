"""How steadily features mattered: importance over the walk-forward steps.

Neighbouring steps are trained on mostly the same bars, so that their models look alike even where they learnt
noise. Whether importance is stable is therefore judged between steps that share no training bar, where there are
such: rolling windows of three years in steps of six months have them from the seventh on, anchored ones never.

The steps agree where those correlations average a half or more, or where one feature leads: with one driver among
many features of noise, only the first place is settled, and a correlation of all places is low.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from tools.backtest.record import Fold
from tools.explain.record import Stability
from tools.models.model import Floats

AGREEING = 0.5
LEADING = 0.9  # of the steps
FEWEST_STEPS = 4  # before a lead counts


def importance_table(folds: Sequence[Fold], features: Sequence[str]) -> Floats:
    """Return each feature's share of what each step learnt, steps x features; 0 where a step lacks one."""
    return np.array([[fold.importance.get(name, 0.0) for name in features] for fold in folds], dtype=float)


def top_third(importance: Floats) -> Floats:
    """Return for each feature the share of steps in which it is in the most important third, at least one feature.

    A feature that shares a place with others counts by its best place; one of no importance never does.
    """
    wanted = max(1, math.ceil(importance.shape[1] / 3))
    place = pd.DataFrame(-importance).rank(axis=1, method="min").to_numpy()
    return np.asarray(((place <= wanted) & (importance > 0)).mean(axis=0), dtype=float)


def stability(folds: Sequence[Fold], importance: Floats, features: Sequence[str]) -> Stability:
    """Return whether the steps agree.

    Args:
        folds: the steps, in time order.
        importance: steps x features.
        features: the names of the columns.
    """
    agreement = rank_correlations(importance)
    starts = np.array([fold.train_start.toordinal() for fold in folds])
    ends = np.array([fold.train_end.toordinal() for fold in folds])
    consecutive = _mean(np.diagonal(agreement, offset=1))
    apart = _mean(agreement[starts[None, :] > ends[:, None]])
    first = int(importance.mean(axis=0).argmax())
    lead = float(top_third(importance)[first])
    known = consecutive if apart is None else apart
    leads = len(folds) >= FEWEST_STEPS and lead >= LEADING
    return Stability(
        steps=len(folds),
        consecutive=consecutive,
        apart=apart,
        leader=features[first] if importance.any() else None,
        leader_top_third=lead,
        stable=None if known is None else known >= AGREEING or leads,
    )


def rank_correlations(importance: Floats) -> Floats:
    """Return the Spearman correlation of every two steps, steps x steps; NaN where a step has no order."""
    ranks = pd.DataFrame(importance).rank(axis=1).to_numpy()
    away = ranks - ranks.mean(axis=1, keepdims=True)
    length = np.sqrt((away**2).sum(axis=1))
    unit = away / np.where(length > 0, length, np.nan)[:, None]
    return np.asarray(np.clip(unit @ unit.T, -1.0, 1.0), dtype=float)


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else None
