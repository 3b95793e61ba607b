"""What keeps an explanation from being the reason why something worked, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

from tools.explain.record import FeatureEffect, Stability

MOST_CARRIED = 0.6
FEW_ROWS = 100


def naive_caveat(model: str, scores_by: str | None) -> str:
    """Say that a model that learns nothing leaves nothing to explain."""
    how = f"it scores by {scores_by} alone" if scores_by else "it scores all symbols alike"
    return f"A {model.replace('_', ' ')} model learns nothing: {how}, so there are no contributions to explain."


def model_caveats(
    features: Sequence[FeatureEffect], steady: Stability, rows: int, twins: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    """Return the warnings that follow from what a model did.

    Args:
        features: the largest share first.
        steady: whether the steps agree.
        rows: scored pairs of the last test window.
        twins: pairs of features that are nearly the same.
    """
    found = []
    top = features[0]
    if not any(feature.share for feature in features):
        found.append("The last model tells no rows apart: nothing it learnt moves a score.")
    elif len(features) > 1 and (top.share or 0.0) > MOST_CARRIED:
        found.append(f"{top.feature} carries {top.share or 0.0:.0%} of the scores: this is a test of one feature.")
    if steady.stable is False:
        apart = "steps that share no training bar" if steady.apart is not None else "neighbouring steps"
        found.append(f"Importance is not stable: {apart} do not agree on which features matter.")
    if steady.stable is not None and steady.apart is None:
        found.append("All steps share training bars, so their agreement says little.")
    if rows < FEW_ROWS:
        found.append(f"Only {rows} rows in the last test window: the contributions are of few cases.")
    found += [
        f"{left} and {right} order the rows nearly alike: how the model shares credit between them is arbitrary."
        for left, right in twins
    ]
    return tuple(found)
