"""The record of one experiment: what `result.json` holds and every view, report and ticket reads.

Figures are out of sample and after costs. A figure that is undefined (a Sharpe ratio of constant returns) is None,
never NaN. Fractions are plain: 0.12 is twelve per cent.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from tools.backtest.cost_curve import CostPoint
from tools.backtest.statistics.grade import StrategyEvidence, Verdict
from tools.features.evidence import Evidence
from tools.kernel.types import Bps, Count, Days, Fraction, Ratio, Record, Result, Seconds


class Metrics(Record):
    """Performance of one daily return series; formulas are in `tools.backtest.stats`."""

    sharpe: Ratio | None
    sharpe_stderr: Ratio | None
    sortino: Ratio | None
    calmar: Ratio | None
    cagr: Fraction | None
    volatility: Fraction | None
    max_drawdown: Fraction
    total_return: Fraction
    turnover: Ratio
    days: Days


class Config(Record):
    """Everything the user or a default decided about an experiment."""

    symbols: tuple[str, ...]
    features: tuple[str, ...]
    model: str
    horizon_days: Days
    top_n: Count
    interval: str
    start: date
    end: date
    train_years: int
    test_months: int
    purge_days: Days
    fill: Literal["next_open", "next_close"]
    commission_bps: Bps
    slippage_bps: Bps
    index_symbol: str | None
    seed: int


class Fold(Record):
    """One walk-forward step. `importance` is each feature's share of split gain; shares sum to 1."""

    number: int
    train_start: date
    train_end: date
    test_start: date
    test_end: date
    train_rows: Count
    test_rows: Count
    accuracy: Fraction
    base_rate: Fraction
    sharpe: Ratio | None
    importance: dict[str, float]


class Target(Record):
    """What the strategy would hold after the last signal."""

    symbol: str
    weight: Fraction
    score: Fraction


class Trials(Record):
    """How often this hypothesis was tried, this run included; see `tools.backtest.trials`.

    Attributes:
        family: the hypothesis: universe, interval, horizon, label and sources.
        count: distinct trials.
        overfitting: probability that choosing the best of them was overfitting; None below two trials.
        head: hash of the ledger's last line: kept elsewhere, it vouches for all before it.
    """

    family: str
    count: Count
    overfitting: Fraction | None
    head: str


class Provenance(Record):
    """What a replay needs to repeat the run and compare it; `features`: Python source by name -> its SHA-256."""

    data_snapshot: int
    data_sha256: str
    code_version: str
    output_sha256: str
    libraries: dict[str, str]
    threads: int
    seed: int
    features: dict[str, str] = Field(default_factory=dict)


class Experiment(Result):
    """One recorded run. `experiment` is its id and the name of its folder."""

    experiment: str
    created_at: datetime
    config: Config
    oos: Metrics
    benchmarks: dict[str, Metrics]
    cost_curve: tuple[CostPoint, ...]
    folds: tuple[Fold, ...]
    evidence: tuple[Evidence, ...] = ()
    trials: Trials | None = None
    strategy: StrategyEvidence | None = None
    verdict: Verdict | None = None
    signal_date: date
    targets: tuple[Target, ...]
    orders: Count
    warnings: tuple[str, ...]
    provenance: Provenance
    seconds: Seconds
