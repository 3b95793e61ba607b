"""The rules of the verdict. Each reads the evidence and names the best grade that it allows.

| rule | no edge | fragile | plausible | strong |
|---|---|---|---|---|
| selection: deflated Sharpe ratio | < 0.95, undefined | | < 0.99 | >= 0.99 |
| benchmark: deflated alpha | < 0.95 | | < 0.99, not known | >= 0.99 |
| placebo: p-value | > 0.05 | | > 0.01, not known | <= 0.01 |
| overfitting: PBO, with two trials or more | | >= 0.5 | >= 0.1, not known | < 0.1 |
| costs: Sharpe ratio above 0 at | not once | once | twice | three times |
| periods of 20 days or more | | half lose, or only the best earns | a third loses, or under 3 | the rest |
| sample | < 126 days | < 504 days or 30 orders, or shorter than proof takes | < 1,260 days | the rest |

The levels 0.95 and 0.05 are the nominal size of the test; the others are judgement, stated here and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from tools.backtest.statistics.grade import Grade, Reason, StrategyEvidence
from tools.backtest.statistics.sample import BARS_A_YEAR
from tools.kernel.format import format_value

CONFIDENT, SURE = 0.95, 0.99
CHANCE, RARE = 0.05, 0.01
COIN, UNLIKELY = 0.5, 0.1
LOSING_HALF, LOSING_THIRD = 1 / 2, 1 / 3
SHORTEST_PERIOD, FEWEST_PERIODS = 20, 3
HALF_YEAR, TWO_YEARS, FIVE_YEARS, CENTURY = 126, 504, 1260, 25_200
FEWEST_ORDERS = 30
UNKNOWN = 0.5  # doubt where there is no figure


def selection(evidence: StrategyEvidence) -> Reason:
    """Is the Sharpe ratio more than the luck of so many trials?"""
    chance = evidence.deflated_sharpe
    if chance is None or evidence.sharpe is None:
        return Reason(rule="selection", allows="no edge", doubt=1.0, text="The Sharpe ratio is undefined.")
    tried = "one trial" if evidence.trials == 1 else f"{evidence.trials:,} trials"
    text = (
        f"After {tried}, the true Sharpe ratio is above zero with a probability of {_percent(chance)} "
        f"(it was {_ratio(evidence.sharpe)})."
    )
    return Reason(rule="selection", allows=_above(chance), doubt=1 - chance, text=text)


def benchmark(evidence: StrategyEvidence) -> Reason:
    """Is there something left when the benchmark's part is taken out?"""
    chance = evidence.deflated_alpha
    if chance is None:
        text = "It was not compared with a benchmark, so the market's part is not taken out."
        return Reason(rule="benchmark", allows="plausible", doubt=UNKNOWN, text=text)
    text = (
        f"Without what {evidence.benchmark or 'the benchmark'} explains, the true return is above zero with a "
        f"probability of {_percent(chance)}."
    )
    return Reason(rule="benchmark", allows=_above(chance), doubt=1 - chance, text=text)


def placebo(evidence: StrategyEvidence) -> Reason:
    """Do strategies with the signal destroyed do as well?"""
    share = evidence.placebo_p
    if share is None:
        return Reason(rule="placebo", allows="plausible", doubt=UNKNOWN, text="It was not compared with placebos.")
    allows: Grade = "no edge" if share > CHANCE else "plausible" if share > RARE else "strong"
    text = f"Placebos do as well with a probability of {_percent(share)}."
    return Reason(rule="placebo", allows=allows, doubt=share, text=text)


def overfitting(evidence: StrategyEvidence) -> Reason:
    """Does choosing the best trial in one part of the time help in the other?"""
    chance = evidence.overfitting
    if evidence.trials == 1:
        return Reason(rule="overfitting", allows="strong", doubt=0.0, text="Nothing was chosen: it is one trial.")
    if chance is None:
        text = f"How far the choice among {evidence.trials:,} trials was overfitting is not known."
        return Reason(rule="overfitting", allows="plausible", doubt=UNKNOWN, text=text)
    allows: Grade = "fragile" if chance >= COIN else "plausible" if chance >= UNLIKELY else "strong"
    text = (
        f"The best trial in sample falls below the median out of sample with a probability of {_percent(chance)}."
    )
    return Reason(rule="overfitting", allows=allows, doubt=chance, text=text)


def costs(evidence: StrategyEvidence) -> Reason:
    """Does it survive dearer trading?"""
    curve = {point.multiple: point.sharpe for point in evidence.costs}
    curve.setdefault(1, evidence.sharpe)
    once = curve[1]
    steps: tuple[tuple[int, Grade, str], ...] = (
        (1, "no edge", "its costs"),
        (2, "fragile", "twice its costs"),
        (3, "plausible", "three times its costs"),
    )
    for multiple, allows, name in steps:
        if multiple not in curve:
            return Reason(rule="costs", allows=allows, doubt=UNKNOWN, text=f"{name.capitalize()} were not tried.")
        ratio = curve[multiple]
        if ratio is None or ratio <= 0:
            text = f"At {name} the Sharpe ratio is {_ratio(ratio)}."
            return Reason(rule="costs", allows=allows, doubt=1.0, text=text)
    high = curve[3] or 0.0
    lost = 0.0 if not once else min(1.0, max(0.0, 1 - high / once))
    text = f"At three times its costs the Sharpe ratio is {_ratio(high)}, from {_ratio(once or 0.0)}."
    return Reason(rule="costs", allows="strong", doubt=lost, text=text)


def periods(evidence: StrategyEvidence) -> Reason:
    """Does it earn in most periods, or did one of them do it all?"""
    returns = sorted(part.total_return for part in evidence.periods if part.days >= SHORTEST_PERIOD)
    if not returns:
        text = "How it did from period to period is not known."
        return Reason(rule="periods", allows="plausible", doubt=UNKNOWN, text=text)
    losing = sum(value <= 0 for value in returns) / len(returns)
    text = f"{sum(value <= 0 for value in returns)} of {len(returns)} periods earned nothing or lost."
    if math.prod(1 + value for value in returns[:-1]) <= 1 and len(returns) > 1:
        text = f"Without the best of {len(returns)} periods it earned nothing."
        return Reason(rule="periods", allows="fragile", doubt=1.0, text=text)
    allows: Grade = "strong"
    if losing >= LOSING_HALF:
        allows = "fragile"
    elif losing >= LOSING_THIRD or len(returns) < FEWEST_PERIODS:
        allows = "plausible"
    return Reason(rule="periods", allows=allows, doubt=losing, text=text)


def sample(evidence: StrategyEvidence) -> Reason:
    """Is there enough of it?"""
    days, needed = evidence.days, evidence.min_track_record
    doubt = 1.0 if needed is None else min(1.0, needed / max(days, 1))
    years = f"{days / BARS_A_YEAR:.1f} years"
    proof = "no length of record proves it"
    if needed is not None:
        longest = needed > CENTURY
        proof = "proof takes more than a century" if longest else f"proof takes {needed / BARS_A_YEAR:.1f}"
    text = f"The record is {years} long with {evidence.orders:,} orders; {proof}."
    allows: Grade = "strong"
    if days < HALF_YEAR:
        allows = "no edge"
    elif days < TWO_YEARS or evidence.orders < FEWEST_ORDERS or needed is None or needed > days:
        allows = "fragile"
    elif days < FIVE_YEARS:
        allows = "plausible"
    return Reason(rule="sample", allows=allows, doubt=doubt, text=text)


RULES: tuple[Callable[[StrategyEvidence], Reason], ...] = (
    selection,
    benchmark,
    placebo,
    overfitting,
    costs,
    periods,
    sample,
)


def _above(probability: float) -> Grade:
    if probability < CONFIDENT:
        return "no edge"
    return "plausible" if probability < SURE else "strong"


def _percent(value: float) -> str:
    return format_value(value, "fraction")


def _ratio(value: float | None) -> str:
    return format_value(value, "ratio")
