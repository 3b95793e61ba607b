"""What a predictive model is: fitted once, never changed, saved without pickle.

A higher score is a better prospect among the symbols of one bar; what a score measures depends on the labels that
the model learns (`learns`): a probability, a return, or no more than an order.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

from tools.features.label import Target

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Model(Protocol):
    """A fitted model. Rows are (bar, symbol) pairs, columns are features; NaN is a missing feature.

    Attributes:
        learns: the labels it is fitted on. `up_down`: 1 up, 0 down, and scores in [0, 1], the probability of up.
            `forward_return`: a return as a fraction, and scores are its forecasts. `rank`: the place of a return
            among those of its bar, 0 the lowest, 1 the highest, and scores have an order but no unit.
    """

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
        """Fit on rows `x` and labels `y`. Same arguments, same model, byte for byte.

        Args:
            x: rows x features.
            y: one label a row, no NaN.
            feature_names: one a column.
            seed: for random choices, where there are any.
            threads: for the fit, where it uses more than one.
            weights: how much each row counts, mean 1; None means all alike.
            bars: the number of the bar each row belongs to, never falling; None where it is unknown.

        Raises:
            BadRequest: the features lack what the model needs.
            ValueError: there are no rows, or the shapes disagree.
        """

    def predict(self, x: Floats) -> Floats:
        """Return one score a row; NaN where the model has no opinion."""

    def importance(self) -> dict[str, float]:
        """Return each feature's share of what the model learnt; sums to 1, or is all 0 where it learnt nothing."""

    def save(self, path: Path) -> None:
        """Write the model as text. Raises WorkspaceError where `path` cannot be written."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved model. Raises WorkspaceError where the file is missing or damaged."""


def check_shapes(x: Floats, y: Floats, feature_names: Sequence[str], weights: Floats | None = None) -> None:
    """Raise ValueError where there are no rows, or rows, labels, names and weights do not fit together."""
    if x.ndim != 2 or len(x) == 0 or x.shape != (len(y), len(feature_names)):  # noqa: PLR2004  rows and columns
        raise ValueError(f"{x.shape} features, {len(y)} labels and {len(feature_names)} names do not fit together")
    if weights is not None and weights.shape != y.shape:
        raise ValueError(f"{len(weights)} weights and {len(y)} labels do not fit together")
