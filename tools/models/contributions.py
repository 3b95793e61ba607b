"""What each feature adds to a score: parts that sum, with a base, to the score itself.

The sum is exact, on the scale on which a model adds up: log-odds for a classifier, returns for a regressor, and a
scale without a unit for a ranker. Parts of one model can be compared with each other, and not with another model's.
They say what the model did with a feature, never what the feature does to the market.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from tools.models.model import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """The parts of some scores.

    Attributes:
        base: the score before any feature is known.
        parts: rows x features, what each feature adds to it.
    """

    base: float
    parts: Floats

    @property
    def raw(self) -> Floats:
        """The scores that the parts sum to, one a row."""
        return np.asarray(self.base + self.parts.sum(axis=1), dtype=float)


@runtime_checkable
class Explainable(Protocol):
    """A fitted model that can say what its features added; naive models cannot."""

    def contributions(self, x: Floats) -> Contributions:
        """Return the parts of the score of each of the rows `x`, rows x features; NaN is a missing feature."""
