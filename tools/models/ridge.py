"""Ridge regression: the linear baseline for the size of a return.

Source: Hoerl and Kennard, Ridge Regression, Technometrics 12, 1970. The closed form
(Z'WZ + p n I)^-1 Z'W(y - mean) on columns centred by their weighted means, so the intercept is not penalised. The
penalty grows with the rows: a slope shrinks by about one per cent, and what tells like features apart, by more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tools.features.label import Target
from tools.models.linear import PENALTY, Kind, LinearModel
from tools.models.model import Floats


@dataclass(frozen=True, slots=True, eq=False)
class RidgeModel(LinearModel):
    """A fitted ridge regression; scores are forecast returns, as fractions over the horizon."""

    kind: ClassVar[Kind] = "ridge"
    learns: ClassVar[Target] = "forward_return"

    @classmethod
    def solve(cls, z: Floats, y: Floats, weights: Floats) -> tuple[float, Floats]:
        """Return the intercept and the slopes of the standardised columns `z`."""
        total = weights.sum()
        centre, mean = weights @ z / total, float(weights @ y / total)
        away = z - centre
        weighted = away * weights[:, None]
        gram = weighted.T @ away
        gram[np.diag_indices_from(gram)] += PENALTY * total
        slopes = np.linalg.solve(gram, weighted.T @ (y - mean))
        return mean - float(centre @ slopes), slopes
