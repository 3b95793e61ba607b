"""What the research tools are asked and what they answer."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from tools.backtest.record import Book, Split
from tools.backtest.statistics.grade import Grade
from tools.kernel.types import Args, Count, Fraction, Ratio, Record, Result

LabelName = Literal["auto", "up_down", "forward_return", "rank", "triple_barrier"]
ModelName = Literal["lightgbm", "lightgbm_regressor", "lightgbm_ranker", "logistic", "ridge", "momentum"]


class ExperimentArgs(Args):
    """The hypothesis: do these features predict returns of these symbols?

    Attributes:
        label: what is learnt; auto: what the model learns by itself. triple_barrier: whether a trade that ends at a
            gain, a loss or the horizon earns something; for lightgbm and logistic.
        split: whether training windows move along or all start at the first bar.
        book: hold the best; the best against the worst; the best, hedged with the index.
        target_volatility: scale positions to it, a fraction a year.
        max_position: the largest weight of a symbol.
        max_drawdown: close all positions for good at this loss from the peak.
        combinatorial: also train on combinatorial purged splits and report the Sharpe ratio of each path.
    """

    symbols: tuple[str, ...] = Field(min_length=1, max_length=1000)
    features: tuple[str, ...] = Field(default=("rsi_14", "momentum_20", "volatility_20"), max_length=50)
    model: ModelName = "lightgbm"
    horizon_days: int = Field(default=1, ge=1, le=63)
    top_n: int | None = Field(default=None, ge=1, le=500)
    label: LabelName = "auto"
    split: Split = "rolling"
    book: Book = "long"
    target_volatility: float | None = Field(default=None, gt=0, le=1)
    max_position: float | None = Field(default=None, gt=0, le=1)
    max_drawdown: float | None = Field(default=None, gt=0, lt=1)
    combinatorial: bool = False
    start: date | None = None
    end: date | None = None


class BacktestArgs(Args):
    """When to hold which symbols. A range such as `sma(5..50..5)` tries every value and records the best."""

    symbols: tuple[str, ...] = Field(min_length=1, max_length=1000)
    entry: str = Field(min_length=1)
    exit: str | None = Field(default=None, min_length=1)
    start: date | None = None
    end: date | None = None


class CompareArgs(Args):
    """Which experiments; none means the latest two."""

    experiments: tuple[str, ...] = Field(default=(), max_length=20)


class Compared(Record):
    """One experiment's line in the comparison; `trials`: of its hypothesis, when it ran. None: an older record."""

    experiment: str
    verdict: Grade | None = None
    trials: Count | None = None
    sharpe: Ratio | None
    sharpe_stderr: Ratio | None
    cagr: Fraction | None
    max_drawdown: Fraction
    turnover: Ratio
    sharpe_over_equal_weight: Ratio | None


class Difference(Record):
    """A setting in which the experiments differ, value by value in their order."""

    setting: str
    values: tuple[str, ...]


class CompareResult(Result):
    """The experiments side by side, with what differs between them."""

    experiments: tuple[Compared, ...]
    differences: tuple[Difference, ...]
    warnings: tuple[str, ...]
