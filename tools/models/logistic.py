"""Logistic regression: the linear baseline for up or down.

Maximum likelihood with a quadratic penalty on the slopes, by Newton's method, which here is iteratively reweighted
least squares (Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, section 4.4.1). The
penalty makes the problem strictly convex where both labels occur, and a step that does not help is halved, so it
converges from 0 even where the labels can be told apart without error. Where all labels are alike there is nothing
to fit: the score is (n + 1/2) / (n + 1) of that label, whatever the features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tools.features.label import Target
from tools.models.linear import PENALTY, Kind, LinearModel
from tools.models.model import Floats

MOST_STEPS = 50
MOST_HALVINGS = 30
CLOSE_ENOUGH = 1e-10
CURVATURE = 0.25  # of a row's likelihood where both labels are as likely: puts the penalty on the scale of ridge


@dataclass(frozen=True, slots=True, eq=False)
class LogisticModel(LinearModel):
    """A fitted logistic regression; scores are probabilities of up."""

    kind: ClassVar[Kind] = "logistic"
    learns: ClassVar[Target] = "up_down"

    @classmethod
    def solve(cls, z: Floats, y: Floats, weights: Floats) -> tuple[float, Floats]:
        """Return the intercept and the slopes of the standardised columns `z`."""
        total, up = float(weights.sum()), float(weights @ y)
        start = np.zeros(z.shape[1] + 1)
        start[0] = np.log((up + 0.5) / (total - up + 0.5))
        if (y == y[0]).all():
            return float(start[0]), start[1:]
        design = np.hstack([np.ones((len(z), 1)), z])
        penalty = np.full(len(start), PENALTY * CURVATURE * total)
        penalty[0] = 0.0
        found = _newton(design, y, weights, penalty, start)
        return float(found[0]), found[1:]

    def predict(self, x: Floats) -> Floats:
        """Return the probability of up for each row."""
        return _probability(self.weighted_sum(x))


def _probability(score: Floats) -> Floats:
    return np.exp(-np.logaddexp(0.0, -score))


def _loss(design: Floats, y: Floats, weights: Floats, penalty: Floats, at: Floats) -> float:
    score = design @ at
    return float(weights @ (np.logaddexp(0.0, score) - y * score) + 0.5 * penalty @ at**2)


def _newton(design: Floats, y: Floats, weights: Floats, penalty: Floats, start: Floats) -> Floats:
    """Return the coefficients at which the gradient of the penalised loss is 0."""
    at, loss = start, _loss(design, y, weights, penalty, start)
    for _ in range(MOST_STEPS):
        chance = _probability(design @ at)
        gradient = design.T @ (weights * (chance - y)) + penalty * at
        if np.abs(gradient).max() <= CLOSE_ENOUGH * weights.sum():
            break
        hessian = (design * (weights * chance * (1 - chance))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        for halved in range(MOST_HALVINGS):
            candidate = at - step * 0.5**halved
            reached = _loss(design, y, weights, penalty, candidate)
            if reached < loss:
                break
        else:
            break
        at, loss = candidate, reached
    return at
