"""The explanation in words. No figure and no name is typed: each is a reference to the record that holds it.

`{ID.features.0.share}` stands for the share of the first feature in the record of the experiment ID; whoever shows
a sentence looks it up there. Which sentence fits is read off the record.
"""

from __future__ import annotations

from tools.explain.record import Explanation, FeatureEffect, Holding

CLEAR = 0.3  # size of a correlation from which a direction is one
MOST_HELD = 3
NO_EDGE = "no edge"


def narrate(record: Explanation) -> tuple[str, ...]:
    """Return the paragraphs about a record."""
    parts = (_verdict, _conditions, _features, _stability, _holdings, _positions)
    said = (" ".join(part(record)) for part in parts)
    return tuple(text.replace("[r]", record.experiment) for text in said if text)


def _verdict(record: Explanation) -> list[str]:
    result = "Out of sample and after costs the Sharpe ratio is {[r].oos.sharpe}"
    if record.verdict is None:
        return [f"{result}."]
    grade = f"{result} and the verdict {{[r].verdict.grade}}"
    if record.verdict.grade == NO_EDGE:
        return [f"{grade}: there is no success to explain, so this says what it did, not why it would work."]
    return [f"{grade}: this says what it did, which need not be why it worked."]


def _conditions(record: Explanation) -> list[str]:
    if record.conditions is None:
        return []
    entry = "It opens a position where {[r].conditions.entry}, true in {[r].conditions.entry_true} of cases."
    if record.conditions.exit is None:
        return [entry, "It closes where that no longer holds."]
    return [entry, "It closes where {[r].conditions.exit}, true in {[r].conditions.exit_true} of them."]


def _features(record: Explanation) -> list[str]:
    if not record.features or not record.features[0].share:
        return []
    rows = "On the {[r].rows} rows of the last test window ({[r].window_start} to {[r].window_end})"
    said = [f"{rows}, {_feature(0)} makes {_share(0)} of what moves the score: {_way(record.features[0])}."]
    if len(record.features) > 1 and record.features[1].share:
        said.append(f"Next is {_feature(1)} with {_share(1)}: {_way(record.features[1])}.")
    return [*said, *_curve(record)]


def _feature(number: int) -> str:
    return f"{{[r].features.{number}.feature}}"


def _share(number: int) -> str:
    return f"{{[r].features.{number}.share}}"


def _way(feature: FeatureEffect) -> str:
    if feature.direction is None or abs(feature.direction) < CLEAR:
        return "it works in no single direction"
    return f"a higher value {'raises' if feature.direction > 0 else 'lowers'} the score"


def _curve(record: Explanation) -> list[str]:
    if not record.curves or len(record.curves[0].x) < 2:  # noqa: PLR2004  from, to
        return []
    last = len(record.curves[0].x) - 1
    score = f"the mean score goes from {{[r].curves.0.y.0}} to {{[r].curves.0.y.{last}}}"
    value = f"{{[r].curves.0.feature}} goes from {{[r].curves.0.x.0}} to {{[r].curves.0.x.{last}}}"
    return [f"With all else as it was, {score} as {value}."]


def _stability(record: Explanation) -> list[str]:
    steady = record.stability
    if steady is None or steady.stable is None:
        return []
    which, steps = ("consecutive", "neighbouring steps")
    if steady.apart is not None:
        which, steps = ("apart", "steps that share no training bar")
    verdict = "agree" if steady.stable else "do not agree"
    said = f"The {{[r].stability.steps}} walk-forward steps {verdict} on which features matter"
    lead = (
        "{[r].stability.leader} is in the most important third of them in {[r].stability.leader_top_third} of steps"
    )
    return [f"{said}: {lead}, and the rank correlation of {steps} is {{[r].stability.{which}}}."]


def _holdings(record: Explanation) -> list[str]:
    return [_held(number, each) for number, each in enumerate(record.holdings[:MOST_HELD])]


def _held(number: int, holding: Holding) -> str:
    name = f"{{[r].holdings.{number}.symbol}}"
    held = "is held" if holding.weight > 0 else "is sold short"
    if holding.rank is None:
        return f"{name} {held} after an earlier signal; it has no score at the last one."
    place = f"its score is number {{[r].holdings.{number}.rank}} of {{[r].holdings.{number}.of}} at the last signal"
    if not holding.chosen:
        return f"{name} {held.replace('is', 'is still')} after earlier signals: {place}."
    speaks = [index for index, part in enumerate(holding.parts) if part.over_others * holding.weight > 0]
    if not speaks or holding.of == 1:
        return f"{name} {held}: {place}."
    return f"{name} {held}: {place}, most of all for {{[r].holdings.{number}.parts.{speaks[0]}.feature}}."


def _positions(record: Explanation) -> list[str]:
    if not record.positions.spells:
        return ["It never held anything."]
    market = "It was in the market on {[r].positions.in_market} of the days"
    said = [f"{market} and kept a position for {{[r].positions.holding_bars}} bars on average."]
    earned = record.positions.earned
    if len(earned) > 1:
        last = len(earned) - 1
        best = "{[r].positions.earned.0.symbol} added most ({[r].positions.earned.0.earned})"
        worst = f"{{[r].positions.earned.{last}.symbol}} least ({{[r].positions.earned.{last}.earned}})"
        said.append(f"In all it made {{[r].positions.total}}: {best} and {worst}.")
    return said
