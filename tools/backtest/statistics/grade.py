"""What a verdict is made from, and the verdict: grades, the evidence that is judged, what a rule says about it."""

from __future__ import annotations

from typing import Literal

from tools.backtest.cost_curve import CostPoint
from tools.backtest.statistics.slice import Slice
from tools.kernel.types import Count, Days, Fraction, Ratio, Record

Grade = Literal["no edge", "fragile", "plausible", "strong"]
GRADES: tuple[Grade, ...] = ("no edge", "fragile", "plausible", "strong")


def rank(grade: Grade) -> int:
    """Return 0 for "no edge" to 3 for "strong"."""
    return GRADES.index(grade)


class StrategyEvidence(Record):
    """What is known about a strategy, all of it out of sample and after costs. None: not known, or undefined.

    Attributes:
        sharpe: Sharpe ratio of a year.
        days: bars with a return.
        orders: fills that the figures rest on.
        trials: strategies tried in this family, this one included.
        deflated_sharpe: probability that the true ratio is above 0 after so many trials.
        min_track_record: days after which a ratio like this one is above what its trials make of chance, with 95 %
            confidence; None where it is not.
        benchmark: name of the benchmark of `deflated_alpha`.
        deflated_alpha: the deflated Sharpe ratio of the returns with the benchmark's part taken out.
        overfitting: probability of backtest overfitting of the choice among the trials.
        placebo_p: share of placebos at least as good.
        costs: the same weights at multiples of the costs.
        periods: the returns by year, or by another calendar unit.
    """

    sharpe: Ratio | None
    days: Days
    orders: Count
    trials: Count = 1
    deflated_sharpe: Fraction | None = None
    min_track_record: Ratio | None = None
    benchmark: str | None = None
    deflated_alpha: Fraction | None = None
    overfitting: Fraction | None = None
    placebo_p: Fraction | None = None
    costs: tuple[CostPoint, ...] = ()
    periods: tuple[Slice, ...] = ()


class Reason(Record):
    """What one rule found.

    Attributes:
        rule: its name.
        allows: the best grade that it allows.
        doubt: how far it speaks against the strategy, 0 to 1; for ordering only.
        text: the finding, one sentence.
    """

    rule: str
    allows: Grade
    doubt: Fraction
    text: str


class Verdict(Record):
    """A grade with its grounds.

    Attributes:
        grade: the lowest that any rule allows.
        reasons: what each rule found, the most damaging first.
        against: the strongest evidence against the strategy, whatever the grade.
    """

    grade: Grade
    reasons: tuple[Reason, ...]
    against: Reason
