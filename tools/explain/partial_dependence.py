"""Partial dependence: the mean score if every row had the same value of one feature.

Source: Friedman, Greedy Function Approximation, Annals of Statistics 29, 2001, section 8.2. It is of the last
step's model on its own test rows. Rows are made that may never occur where features depend on each other.
"""

from __future__ import annotations

import numpy as np

from tools.explain.contributions import spread
from tools.explain.record import Curve
from tools.models.model import Floats, Model

POINTS = 11
TAIL = 0.05
MOST_ROWS = 2_000


def partial_dependence(model: Model, x: Floats, column: int, name: str) -> Curve:
    """Return the curve of one feature over the quantiles 0.05 to 0.95 of its values, each value once.

    Args:
        model: what scores the rows.
        x: rows x features; of many rows 2,000 are used, evenly spread.
        column: the feature.
        name: its id.
    """
    values = x[np.isfinite(x[:, column]), column]
    grid = np.unique(np.quantile(values, np.linspace(TAIL, 1 - TAIL, POINTS))) if values.size else values
    rows = x[spread(len(x), MOST_ROWS)]
    means = []
    for value in grid:
        moved = rows.copy()
        moved[:, column] = value
        means.append(float(model.predict(moved).mean()))
    return Curve(feature=name, x=tuple(grid.tolist()), y=tuple(means))
