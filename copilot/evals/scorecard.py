"""The figures of a trial: all cases together, by category, by tool, and which tool was taken for which. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import zip_longest

from copilot.evals.contenders import Contender
from copilot.evals.score import Outcome, Score, is_exact, label_of, summarize
from copilot.evals.trial import Memory, Trial
from copilot.messages import Call
from tools.kernel.types import Record

NOTHING = "nothing"  # where a step was planned too many or too few
MOST_WORST = 60


class Scorecard(Record):
    """One planner's figures: over all cases, and by category in the order in which the set has them."""

    planner: Contender
    total: Score
    categories: dict[str, Score]
    memory: Memory


class Curve(Record):
    """Accuracy of the planned calls against the share of them that is kept, by margin.

    Attributes:
        points: coverage, accuracy and least margin kept, one for each margin that occurs, surest first.
        area: under the curve, 0 to 1: the mean accuracy over all coverages, equal margins in any order.
    """

    points: tuple[tuple[float, float, float], ...]
    area: float


def scorecard_of(trial: Trial) -> Scorecard:
    """Return the figures of a trial of at least one case."""
    return Scorecard(
        planner=trial.planner,
        total=summarize(trial.outcomes),
        categories=by(trial.outcomes, lambda outcome: outcome.case.category),
        memory=trial.memory,
    )


def by(outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> dict[str, Score]:
    """Return the score of every group of outcomes."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(key(outcome), []).append(outcome)
    return {name: summarize(group) for name, group in groups.items()}


def risk_coverage(outcomes: Sequence[Outcome]) -> Curve:
    """Return how accurate the planned calls are when those below a margin become questions; words are left out."""
    calls = sorted((each for each in outcomes if each.planned.tool != "reply"), key=lambda each: -each.margin)
    margins = Counter(each.margin for each in calls)
    right = Counter(each.margin for each in calls if each.exact)
    kept = held = 0.0
    accuracies: list[float] = []
    points: list[tuple[float, float, float]] = []
    for margin, count in margins.items():
        for _ in range(count):  # equal margins: each is as likely right as any other of them
            kept, held = kept + 1, held + right[margin] / count
            accuracies.append(held / kept)
        points.append((kept / len(calls), held / kept, margin))
    return Curve(points=tuple(points), area=sum(accuracies) / len(accuracies) if accuracies else 0.0)


def confusion(outcomes: Sequence[Outcome]) -> Counter[tuple[str, str]]:
    """Count (right, planned) over all steps; where several calls are right, the one nearest to what was planned."""
    counts: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        for rights, planned in zip_longest(outcome.case.steps, outcome.calls):
            taken = label_of(planned) if planned is not None else NOTHING
            counts[_nearest(rights, planned), taken] += 1
    return counts


def by_tool(outcomes: Sequence[Outcome]) -> dict[str, Score]:
    """Return the score of the cases of each tool, by the first call that is right."""
    scores = by(outcomes, lambda outcome: _nearest(outcome.case.steps[0], outcome.planned))
    return dict(sorted(scores.items()))


def worst(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes that are not exact, the surest first, at most sixty."""
    return sorted((each for each in outcomes if not each.exact), key=lambda each: -each.margin)[:MOST_WORST]


def _nearest(rights: Sequence[Call] | None, planned: Call | None) -> str:
    if not rights:
        return NOTHING
    labels = [label_of(right) for right in rights]
    if planned is None:
        return labels[0]
    exact = [label_of(right) for right in rights if is_exact(planned, right)]
    return next((label for label in (*exact, label_of(planned)) if label in labels), labels[0])
