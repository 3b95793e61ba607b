"""What the linear baselines have in common: a weighted sum of standardised features, saved as JSON.

A score adds the features one by one rather than by a matrix product, so the score of a row never depends, not even
in its last digit, on the rows scored with it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Self

import numpy as np

from tools.features.label import Target
from tools.models.contributions import Contributions
from tools.models.file import Saved, read_model, write_model
from tools.models.model import Floats, Integers, check_shapes
from tools.models.standardise import Standard

PENALTY = 0.01

Kind = Literal["logistic", "ridge"]


class Coefficients(Saved):
    """What is saved of a linear model.

    Attributes:
        kind: which model it is.
        features: names, in the order of the columns.
        standard: their scales.
        intercept: the score where every feature is at its mean.
        slopes: per standardised column: features, then marks of missing values.
        shares: each feature's part of the model.
    """

    kind: Kind
    features: tuple[str, ...]
    standard: Standard
    intercept: float
    slopes: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel(ABC):
    """A fitted linear model; its kinds say how the sum is fitted and what it means."""

    coefficients: Coefficients

    kind: ClassVar[Kind]
    learns: ClassVar[Target]

    @classmethod
    def fit(
        cls,
        x: Floats,
        y: Floats,
        feature_names: Sequence[str],
        *,
        seed: int,
        threads: int,
        weights: Floats | None = None,
        bars: Integers | None = None,
    ) -> Self:
        """Fit on rows `x` and labels `y`. Raises ValueError where there are no rows or the shapes disagree."""
        del seed, threads, bars  # nothing is drawn, and every row is a case of its own
        check_shapes(x, y, feature_names, weights)
        standard = Standard.fit(x)
        z = standard.apply(x)
        intercept, slopes = cls.solve(z, y, np.ones(len(y)) if weights is None else weights)
        return cls(
            Coefficients(
                kind=cls.kind,
                features=tuple(feature_names),
                standard=standard,
                intercept=intercept,
                slopes=tuple(slopes.tolist()),
                shares=_shares(slopes * z.std(axis=0), standard, len(feature_names)),
            )
        )

    @classmethod
    @abstractmethod
    def solve(cls, z: Floats, y: Floats, weights: Floats) -> tuple[float, Floats]:
        """Return the intercept and the slopes of the standardised columns `z`; `weights` are above 0."""

    def predict(self, x: Floats) -> Floats:
        """Return one score a row: the weighted sum."""
        return self.weighted_sum(x)

    def weighted_sum(self, x: Floats) -> Floats:
        """Return the intercept plus every standardised column times its slope, one number a row."""
        z = self.coefficients.standard.apply(x)
        score = np.full(len(z), self.coefficients.intercept)
        for column, slope in enumerate(self.coefficients.slopes):
            score += z[:, column] * slope
        return score

    def contributions(self, x: Floats) -> Contributions:
        """Return the parts of each weighted sum: slope x (value - mean), a missing value's mark included."""
        standard, slopes = self.coefficients.standard, np.array(self.coefficients.slopes)
        parts = standard.apply(x) * slopes
        features = len(self.coefficients.features)
        whole = parts[:, :features].copy()
        whole[:, list(standard.marked)] += parts[:, features:]
        return Contributions(self.coefficients.intercept, whole)

    def importance(self) -> dict[str, float]:
        """Return each feature's share of the spread of the sum's terms in training; all 0 where no slope is."""
        return dict(zip(self.coefficients.features, self.coefficients.shares, strict=True))

    def save(self, path: Path) -> None:
        """Write JSON. Raises WorkspaceError where `path` cannot be written."""
        write_model(path, self.coefficients.model_dump_json(indent=1) + "\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved model of this kind. Raises WorkspaceError where the file is missing or damaged."""
        return cls(read_model(path, Coefficients, cls.kind))


def _shares(spread: Floats, standard: Standard, features: int) -> tuple[float, ...]:
    size = np.abs(spread)
    whole = size[:features].copy()
    whole[list(standard.marked)] += size[features:]
    return tuple((whole / (whole.sum() or 1.0)).tolist())
