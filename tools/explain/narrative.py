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
    """Return the sentences about a record."""
    parts = (_verdict, _conditions, _features, _curve, _stability, _holdings, _positions)
    return tuple(text.replace("[r]", record.experiment) for part in parts for text in part(record))


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
    said = ["It opens a position where {[r].conditions.entry}, which holds in {[r].conditions.entry_true} of cases."]
    if record.conditions.exit is None:
        return [*said, "It closes where that no longer holds."]
    return [*said, "It closes where {[r].conditions.exit}, which holds in {[r].conditions.exit_true} of them."]


def _features(record: Explanation) -> list[str]:
    if not record.features or not record.features[0].share:
        return []
    said = [
        "On the {[r].rows} rows of the last test window ({[r].window_start} to {[r].window_end}), "
        f"{_feature(0)} makes {_share(0)} of what moves the score: {_way(record.features[0])}."
    ]
    if len(record.features) > 1 and record.features[1].share:
        said.append(f"Next is {_feature(1)} with {_share(1)}: {_way(record.features[1])}.")
    return said


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
    return [
        "With all else as it was, the mean score goes from {[r].curves.0.y.0} to "
        f"{{[r].curves.0.y.{last}}} as {{[r].curves.0.feature}} goes from {{[r].curves.0.x.0}} to "
        f"{{[r].curves.0.x.{last}}}."
    ]


def _stability(record: Explanation) -> list[str]:
    steady = record.stability
    if steady is None or steady.stable is None:
        return []
    which, name = ("apart", "that share no training bar") if steady.apart is not None else ("consecutive", "in a row")
    verdict = "the order of the features holds" if steady.stable else "the order of the features does not hold"
    return [
        f"Over {{[r].stability.steps}} walk-forward steps {verdict}: between steps {name} its rank correlation is "
        f"{{[r].stability.{which}}}."
    ]


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
    said = [
        "It was in the market on {[r].positions.in_market} of the days and kept a position for "
        "{[r].positions.holding_bars} bars on average."
    ]
    earned = record.positions.earned
    if len(earned) > 1:
        last = len(earned) - 1
        said.append(
            "Of {[r].positions.total} earned in all, most came from {[r].positions.earned.0.symbol} "
            "({[r].positions.earned.0.earned}) and least from "
            f"{{[r].positions.earned.{last}.symbol}} ({{[r].positions.earned.{last}.earned}})."
        )
    return said
