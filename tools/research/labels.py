"""What a model is to learn: which labels fit which model, and how much each of them counts.

Labels start at the price an order is filled at: the open of the next bar, or its close where there are only closes.
A triple-barrier label may end sooner than its horizon but is known no sooner, so every label needs the same purge.

Labels that overlap share returns, so each counts by its average uniqueness among those trained on. An order of the
symbols of a bar is not weighed: within a bar no label overlaps another.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tools.features.label import LABELS, Target
from tools.features.panel import Panel
from tools.features.triple_barrier import triple_barrier
from tools.features.uniqueness import Uniqueness, constant_spans
from tools.kernel.errors import BadRequest
from tools.models.registry import MODELS
from tools.models.train import Weighing

LEARNERS: dict[str, Target] = {
    "up_down": "up_down",
    "triple_barrier": "up_down",
    "forward_return": "forward_return",
    "rank": "rank",
}


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Labels, bars x symbols, and the weighing of those that overlap; None where all count alike."""

    label: pd.DataFrame
    weigh: Weighing | None


def choose_label(model: str, asked: str) -> str:
    """Return the label that `model` learns; "auto" means the one it learns by itself.

    Raises:
        BadRequest: the model cannot learn what was asked for.
    """
    kind = MODELS[model]
    if asked == "auto":
        return kind.label
    fits = [label for label, learns in LEARNERS.items() if learns == kind.label]
    if kind.naive:
        raise BadRequest(f"{model} learns nothing, so there is no label to choose.", hint="Leave label at auto.")
    if asked not in fits:
        able = [name for name, other in MODELS.items() if not other.naive and other.label == LEARNERS.get(asked)]
        raise BadRequest(
            f"{model} cannot learn {asked}: it learns {' or '.join(fits)}.",
            hint=f"Leave label at auto, or choose model {' or '.join(able)}.",
        )
    return asked


def lesson(panel: Panel, label: str, horizon_days: int, fill: str) -> Lesson:
    """Return the labels of a run.

    Args:
        panel: prices.
        label: as `choose_label` returned it.
        horizon_days: bars that a label looks ahead from the fill.
        fill: where orders are filled.
    """
    traded = panel if fill == "next_open" else panel.closes_only()
    if label == "triple_barrier":
        barriers = triple_barrier(traded, horizon_days)
        found, spans = barriers.up, barriers.spans
    else:
        found = LABELS[LEARNERS[label]](traded, horizon_days)
        spans = constant_spans(found, horizon_days)
    overlap = horizon_days > 1 and label != "rank"
    return Lesson(found, Uniqueness(spans) if overlap else None)
