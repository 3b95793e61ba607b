"""Features on one scale, as linear models need them. Everything is measured on the training rows only.

A feature is centred on its mean and divided by its standard deviation (ddof 0) over the training rows that have it.
Values further than `FARTHEST` standard deviations count as that far: one broken print must not decide a score. A
missing (or infinite) value becomes 0, the mean; each feature that was missing in training has a second column, 1
where it is missing and 0 elsewhere, so that being missing can mean something. A feature that does not vary is 0.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from tools.models.model import Floats

FARTHEST = 5.0
SMALLEST_SPREAD = 1e-9


class Standard(BaseModel):
    """The scale of each feature.

    Attributes:
        centre: mean in training; 0 for a feature never seen.
        scale: standard deviation in training; 0 for a feature that does not vary.
        marked: positions of the features with a column that marks missing values.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    centre: tuple[float, ...]
    scale: tuple[float, ...]
    marked: tuple[int, ...]

    @classmethod
    def fit(cls, x: Floats) -> Self:
        """Measure `x`, rows x features."""
        known = np.isfinite(x)
        count = np.maximum(known.sum(axis=0), 1)
        centre = np.where(known, x, 0.0).sum(axis=0) / count
        away = np.where(known, x - centre, 0.0)
        scale = np.sqrt((away**2).sum(axis=0) / count)
        varies = scale > SMALLEST_SPREAD * np.maximum(np.abs(centre), np.finfo(float).tiny)
        marked = np.flatnonzero(~known.all(axis=0) & known.any(axis=0))
        return cls(
            centre=tuple(centre.tolist()),
            scale=tuple(np.where(varies, scale, 0.0).tolist()),
            marked=tuple(marked.tolist()),
        )

    def apply(self, x: Floats) -> Floats:
        """Return rows x (features, then marks), free of NaN. Raises ValueError for another number of features."""
        if x.ndim != 2 or x.shape[1] != len(self.centre):  # noqa: PLR2004  rows and columns
            raise ValueError(f"{x.shape} rows and features, but the model knows {len(self.centre)} features")
        known = np.isfinite(x)
        scale = np.array(self.scale)
        divisor = np.where(scale > 0, scale, np.inf)
        away = (np.where(known, x, self.centre) - self.centre) / divisor
        marks = ~known[:, list(self.marked)]
        return np.hstack([np.clip(away, -FARTHEST, FARTHEST), marks.astype(float)])
