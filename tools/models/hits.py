"""How often scores and labels were on the same side of the middle.

The middle is 0.5 for a probability of up, 0 for a return, and for a rank the median of the bar: half of its symbols
do better than the others, whatever the market does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.features.label import Target
from tools.models.model import Floats

EVEN = 0.5


@dataclass(frozen=True, slots=True)
class Hits:
    """Over the `rows` pairs with a score and a label; NaN where there are none.

    Attributes:
        rows: pairs.
        accuracy: share of them whose score was on the side of their label.
        base_rate: share that always saying the side that was more frequent in training would get right.
    """

    rows: int
    accuracy: float
    base_rate: float


def upper_side(values: Floats, target: Target) -> npt.NDArray[np.bool_]:
    """Return where `values`, bars x symbols, point up; NaN never does."""
    if target == "up_down":
        return values > EVEN
    if target == "forward_return":
        return values > 0
    middle: Floats = pd.DataFrame(values).median(axis=1).to_numpy(dtype=float)
    return values > middle[:, None]


def count_hits(scores: Floats, label: Floats, trained: Floats, target: Target) -> Hits:
    """Compare the scores of test bars with their labels.

    Args:
        scores: bars x symbols; NaN where there is none.
        label: bars x symbols; NaN unknown.
        trained: labels fitted on, bars x symbols; NaN for pairs that were not.
        target: what the labels and the scores are.
    """
    judged = ~np.isnan(scores) & ~np.isnan(label)
    if not judged.any():
        return Hits(0, float("nan"), float("nan"))
    said = upper_side(np.where(judged, scores, np.nan), target)[judged]
    came = upper_side(np.where(judged, label, np.nan), target)[judged]
    majority = upper_side(trained, target)[~np.isnan(trained)].mean() > EVEN
    return Hits(int(judged.sum()), float((said == came).mean()), float((came == majority).mean()))
