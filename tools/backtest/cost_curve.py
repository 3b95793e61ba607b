"""One point of the cost curve: the same weights, dearer trading."""

from __future__ import annotations

from tools.kernel.types import Fraction, Ratio, Record


class CostPoint(Record):
    """The same weights at a multiple of the configured costs."""

    multiple: int
    sharpe: Ratio | None
    cagr: Fraction | None
