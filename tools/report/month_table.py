"""The heat map of monthly returns: a real table, so that it prints, copies and reads aloud, with tinted cells.

Gains are blue and losses orange, the deeper the larger, which the common kinds of colour blindness tell apart; the
figures with their signs are in the cells as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.backtest.statistics.slice import Slice
from tools.report.number import MINUS, NARROW
from tools.report.performance import Performance
from tools.report.tables import Cell, number_cell

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DEEPEST = 0.62  # of the colour: text on top stays readable
EXTREME = 0.95  # quantile of the sizes that gets the full tint
FAINTEST_SCALE = 0.01


@dataclass(frozen=True, slots=True)
class Month:
    """One cell: per cent with a sign, gain or loss, how strong its tint is, 0 to 1; empty where there is none."""

    text: str = ""
    tone: str = ""
    tint: float = 0.0


@dataclass(frozen=True, slots=True)
class Year:
    """One line: twelve months, the strategy's year, deepest loss and Sharpe ratio, the benchmarks' years."""

    label: str
    months: tuple[Month, ...]
    total: Month
    figures: tuple[Cell, ...]


def year_rows(performance: Performance, roles: Sequence[str]) -> list[Year]:
    """Return a line a calendar year, the newest first; `roles` are the benchmarks."""
    months = performance.months["strategy"]
    monthly = _scale(months.to_numpy(dtype=float))
    own = performance.years["strategy"]
    yearly = _scale(np.array([each.total_return for each in own]))
    others = [{each.label: each for each in performance.years[role]} for role in roles]
    return [_year(each, months, monthly, yearly, others) for each in reversed(own)]


def _year(own: Slice, months: pd.Series, monthly: float, yearly: float, others: Sequence[dict[str, Slice]]) -> Year:
    days = pd.DatetimeIndex(months.index)
    inside = {int(day.month): float(months[day]) for day in days[days.year == int(own.label)]}
    theirs = (each.get(own.label) for each in others)
    return Year(
        own.label,
        tuple(_month(inside.get(number), monthly) for number in range(1, 13)),
        _month(own.total_return, yearly),
        (
            _per_cent(own.max_drawdown),
            number_cell(own.sharpe, "ratio"),
            *(_per_cent(None if each is None else each.total_return) for each in theirs),
        ),
    )


def _per_cent(value: float | None) -> Cell:
    """Return a fraction in per cent without the sign for it: the table's heading says it."""
    found = number_cell(value, "fraction")
    return Cell(found.text.removesuffix(f"{NARROW}%"), found.negative)


def _scale(values: np.ndarray) -> float:
    """Return the size that gets the full tint: a few wild months shall not pale the rest."""
    return max(FAINTEST_SCALE, float(np.quantile(np.abs(values), EXTREME))) if len(values) else FAINTEST_SCALE


def _month(value: float | None, scale: float) -> Month:
    if value is None:
        return Month()
    text = f"{abs(value) * 100:.1f}"
    if text == "0.0":
        return Month(text)
    tint = round(DEEPEST * min(abs(value) / scale, 1.0), 2)
    return Month(f"{MINUS if value < 0 else ''}{text}", "loss" if value < 0 else "gain", tint)
