"""The record of one period. Apart from what computes it, so that reading a result loads no numerical library."""

from __future__ import annotations

from datetime import date

from tools.kernel.types import Days, Fraction, Ratio, Record


class Slice(Record):
    """Performance on some of the bars, compounded as if they followed each other.

    `start` and `end` are the first and the last of them; `days` counts bars, those without a return included.
    """

    label: str
    start: date
    end: date
    days: Days
    total_return: Fraction
    sharpe: Ratio | None
    volatility: Fraction | None
    max_drawdown: Fraction
