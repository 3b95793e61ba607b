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
from tools.kernel.types import Bps, Correlation, Count, Days, Fraction, Ratio, Record, Result, Seconds, Usd
from tools.lake.seal import Sealed


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


Book = Literal["long", "long_short", "beta_neutral"]
Split = Literal["rolling", "anchored"]
RULE = "rule"
"""The model of an experiment in which nothing is learnt: conditions say when to hold."""


class Config(Record):
    """Everything the user or a default decided about an experiment.

    Attributes:
        model: a key of `tools.models.registry.MODELS`, or "rule": then `entry` and perhaps `exit` decide, there are
            no features and nothing is trained (`train_years`, `test_months` and `purge_days` are 0).
        label: what the model learns: a key of `tools.features.label.LABELS`, or "rule".
        split: whether training windows move along or all start at the first bar.
        book: what is made of the scores: `long`, the best ones; `long_short`, those against the worst ones;
            `beta_neutral`, the best ones with their market beta hedged by the index.
        target_volatility: positions are scaled to it, a year; None: they are not.
        max_position: the largest weight of a symbol; None: no limit.
        max_drawdown: the loss from the last peak at which positions are closed for good; None: no limit.
        combinatorial: whether the model was also cross-validated on combinatorial purged splits.
        embargo_days: bars after a test window that such splits do not train on beyond the purge. Walk-forward needs
            none: it never trains on what follows a test.
        borrow_bps: fee for borrowed shares, basis points a year of the value held short.
        delisting_haircut: what a long position loses once its prices have ended; None: it keeps its last price.
        entry: a condition, in canonical form, that opens a position of a rule.
        exit: a condition that closes it; None: once `entry` no longer holds.
    """

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
    label: str = "up_down"
    split: Split = "rolling"
    book: Book = "long"
    target_volatility: Fraction | None = None
    max_position: Fraction | None = None
    max_drawdown: Fraction | None = None
    combinatorial: bool = False
    embargo_days: Days = 0
    borrow_bps: Bps = 0.0
    delisting_haircut: Fraction | None = None
    entry: str | None = None
    exit: str | None = None

    @property
    def is_rule(self) -> bool:
        """Whether conditions decide and nothing is trained."""
        return self.model == RULE


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


class ClampCount(Record):
    """How often a limit bound, by its reason: a rule of `tools.backtest.clamps`."""

    rule: str
    count: Count


class Trials(Record):
    """How often this hypothesis was tried, this run included; see `tools.backtest.trials`.

    Attributes:
        family: the hypothesis: universe, interval, horizon, label and sources.
        count: distinct trials.
        archived: trials that count no more, by a human decision on record.
        overfitting: probability that choosing the best of them was overfitting; None below two trials.
        head: hash of the ledger's last line: kept elsewhere, it vouches for all before it.
    """

    family: str
    count: Count
    overfitting: Fraction | None
    head: str
    archived: Count = 0


class Skill(Record):
    """How well the scores of a bar ordered the symbols by the return that followed; see `statistics.information`.

    Attributes:
        ic: mean correlation across symbols, a bar.
        ic_t: its t-statistic, overlapping labels allowed for.
        rank_ic: the same of ranks.
        rank_ic_t: its t-statistic.
        positive: share of bars with a rank correlation above 0.
        bars: how many had one.
    """

    ic: Correlation
    ic_t: Ratio | None
    rank_ic: Correlation
    rank_ic_t: Ratio | None
    positive: Fraction
    bars: Count


class Room(Record):
    """How much capital the trades could have carried, by order of magnitude; see `statistics.capacity`.

    Attributes:
        participation_usd: capital at which 95 % of the trades stay within 5 % of the day's dollar volume.
        breakeven_usd: capital at which market impact takes the whole return; 0 where there is none to take.
        covered: share of the traded value whose volume is known.
    """

    participation_usd: Usd
    breakeven_usd: Usd
    covered: Fraction


class Holdout(Record):
    """How an experiment did on the bars that were sealed; `holdout.json` in its folder, written once.

    Attributes:
        family: the hypothesis whose holdout was opened.
        experiment: the experiment that was run on it.
        opened_at: when.
        start: its first bar.
        end: its last bar.
        oos: figures of the experiment on it, after costs.
        benchmarks: figures of equal_weight and perhaps index on it.
        walk_forward: figures before it, as they were when it was opened.
        seen_by: experiments that had already read some of these bars; then it is no clean test.
        audit_head: hash of the audit record of the human decision.
    """

    family: str
    experiment: str
    opened_at: datetime
    start: date
    end: date
    oos: Metrics
    benchmarks: dict[str, Metrics]
    walk_forward: Metrics
    seen_by: tuple[str, ...] = ()
    audit_head: str | None = None


class Provenance(Record):
    """What a replay needs to repeat the run and compare it.

    `features`: Python source by name -> its SHA-256. `audit_head`: hash of the audit record that announced the run.
    """

    data_snapshot: int
    data_sha256: str
    code_version: str
    output_sha256: str
    libraries: dict[str, str]
    threads: int
    seed: int
    features: dict[str, str] = Field(default_factory=dict)
    audit_head: str | None = None


class Experiment(Result):
    """One recorded run.

    Attributes:
        experiment: its id and the name of its folder.
        folds: the walk-forward steps; none where nothing is trained.
        sealed: the bars it could not see; None where there were too few to seal.
        paths: Sharpe ratios of the paths of combinatorial cross-validation, where asked for.
        benchmarks: `equal_weight`, `momentum` (the past half year's return through the same book, limits and costs)
            and perhaps `index`, held without costs.
        orders: `fills` and `rejects` together; fills alone in older records, whose other two are None.
        clamps: every reason for which a wish was cut or an order refused, with how often.
    """

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
    sealed: Sealed | None = None
    paths: tuple[Ratio | None, ...] = ()
    skill: Skill | None = None
    room: Room | None = None
    signal_date: date
    targets: tuple[Target, ...]
    orders: Count
    fills: Count | None = None
    rejects: Count | None = None
    clamps: tuple[ClampCount, ...] = ()
    warnings: tuple[str, ...]
    provenance: Provenance
    seconds: Seconds
