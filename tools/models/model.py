"""What a predictive model is: fitted once, never changed, saved without pickle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Model(Protocol):
    """A fitted model. Rows are (bar, symbol) pairs, columns are features; NaN is a missing feature."""

    @classmethod
    def fit(cls, x: Floats, y: Floats, feature_names: Sequence[str], *, seed: int, threads: int) -> Self:
        """Fit on rows `x` and labels `y` (1 up, 0 down, no NaN). Same arguments, same model, byte for byte."""

    def predict(self, x: Floats) -> Floats:
        """Return one score a row, in [0, 1]: the probability of up."""

    def importance(self) -> dict[str, float]:
        """Return each feature's share of what the model learnt; sums to 1, or is all 0 where it learnt nothing."""

    def save(self, path: Path) -> None:
        """Write the model as text. Raises WorkspaceError where `path` cannot be written."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved model. Raises WorkspaceError where the file is missing or damaged."""
