"""How much each feature moved the scores, and which way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.models.contributions import Contributions
from tools.models.model import Floats

MOST_ROWS = 20_000
ALIKE = 0.95


def spread(rows: int, most: int) -> npt.NDArray[np.int64]:
    """Return the numbers of at most `most` of `rows` rows, evenly spread, in order."""
    return np.unique(np.linspace(0, max(rows - 1, 0), min(rows, most)).astype(np.int64))


def shares(found: Contributions) -> Floats:
    """Return each feature's part of the mean size of all contributions; sums to 1, or all 0 where none are made."""
    size = np.abs(found.parts).mean(axis=0) if len(found.parts) else np.zeros(found.parts.shape[1])
    return np.asarray(size / (size.sum() or 1.0), dtype=float)


def directions(x: Floats, found: Contributions) -> tuple[float | None, ...]:
    """Return the Spearman correlation of each feature's values with its contributions, over rows that have it."""
    return tuple(correlation(x[:, column], found.parts[:, column]) for column in range(x.shape[1]))


def correlation(left: Floats, right: Floats) -> float | None:
    """Return the Spearman correlation of the pairs known on both sides; None where one side does not vary."""
    known = np.isfinite(left) & np.isfinite(right)
    ranks = [pd.Series(side[known]).rank().to_numpy() for side in (left, right)]
    if known.sum() < 2 or min(np.ptp(side) for side in ranks) == 0:  # noqa: PLR2004  a pair
        return None
    return float(np.clip(np.corrcoef(*ranks)[0, 1], -1.0, 1.0))


def twins(x: Floats, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of features that order the rows nearly alike: credit between them is arbitrary."""
    ranks = pd.DataFrame(x, columns=list(names)).rank()
    alike = ranks.corr().abs().to_numpy() >= ALIKE
    return tuple((names[i], names[j]) for i, j in np.argwhere(np.triu(alike, k=1)))
