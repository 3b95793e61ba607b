"""The pipeline as a pure function: bars in, scores, ledgers and figures out.

Only test windows are traded: neither warm-up nor training bars count toward any figure. What it does not guard
against: a universe picked with hindsight, and the number of hypotheses tried before this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from tools.backtest import stats
from tools.backtest.cost_curve import CostPoint
from tools.backtest.engine import run_market
from tools.backtest.ledger import Ledger
from tools.backtest.record import ClampCount, Config, Fold, Metrics, Target
from tools.backtest.terms import Terms
from tools.backtest.weights import equal_weight
from tools.features.catalog import parse_feature
from tools.features.feature import Signal, compute_all
from tools.features.panel import Panel
from tools.kernel.spec import Progress
from tools.models.combinatorial import combinatorial_splits
from tools.models.model import Model
from tools.models.registry import MODELS
from tools.models.split import walk_forward
from tools.models.train import WalkForward, train_walk_forward
from tools.models.train_combinatorial import train_combinatorial
from tools.research.hypothesis import held
from tools.research.labels import lesson
from tools.research.portfolio import (
    costs_of,
    count_clamps,
    delisting_of,
    market_of,
    positions,
    run_portfolio,
    trade,
)

COST_MULTIPLES = (0, 1, 2, 3)
NAIVE_MOMENTUM = "momentum_126"


@dataclass(frozen=True)
class Backtest:
    """The strategy and its benchmarks over the test windows.

    Attributes:
        ledger: the strategy's.
        targets: the strategy's target weights, bars x symbols; the index is the last column where it hedges.
        equity: multiples starting at 1: strategy, equal_weight, momentum and, where the data cover it, index.
        benchmarks: figures of equal_weight, momentum and perhaps index.
        cost_curve: the strategy at multiples of its costs, 0 being gross. A limit on drawdown binds sooner where
            trading is dearer, so only without one is dearer never better.
        clamps: how often each limit bound, on targets or in trading.
    """

    ledger: Ledger
    targets: pd.DataFrame
    equity: pd.DataFrame
    benchmarks: dict[str, Metrics]
    cost_curve: tuple[CostPoint, ...]
    clamps: tuple[ClampCount, ...]


@dataclass(frozen=True)
class Study:
    """Everything that came of one experiment.

    Of a rule `scores` are its target weights, and there are no folds and no model.
    """

    backtest: Backtest
    oos: Metrics
    folds: tuple[Fold, ...]
    targets: tuple[Target, ...]
    scores: pd.DataFrame
    model: Model | None


def train(
    panel: Panel,
    signals: Sequence[Signal],
    config: Config,
    *,
    threads: int,
    progress: Progress,
    since: date | None = None,
) -> WalkForward:
    """Compute features and labels and train walk-forward. Raises BadRequest where the history is too short.

    With `since`, only the test windows that reach that day, and the one before them.
    """
    features = compute_all(panel, signals, progress)
    splits = walk_forward(
        panel.sessions,
        train_years=config.train_years,
        test_months=config.test_months,
        purge_days=config.purge_days,
        warmup=max(signal.warmup for signal in signals),
        window=config.split,
    )
    if since is not None:
        first = sum(split.test[-1].date() < since for split in splits)
        splits = splits[max(first - 1, 0) :]
    taught = lesson(panel, config.label, config.horizon_days, config.fill)
    return train_walk_forward(
        features,
        taught.label,
        splits,
        seed=config.seed,
        threads=threads,
        model=MODELS[config.model].model,
        weigh=taught.weigh,
        progress=progress,
    )


def cross_validate(
    panel: Panel, signals: Sequence[Signal], config: Config, *, threads: int, progress: Progress
) -> tuple[float | None, ...]:
    """Return the Sharpe ratio of each path of combinatorial purged cross-validation, after costs.

    A path covers all bars after the warm-up and is no record of what could have been earned: its models may have
    been trained on later bars. Raises BadRequest where the history is too short.
    """
    splits = combinatorial_splits(
        panel.sessions,
        purge_days=config.purge_days,
        embargo_days=config.embargo_days,
        warmup=max(signal.warmup for signal in signals),
    )
    taught = lesson(panel, config.label, config.horizon_days, config.fill)
    run = train_combinatorial(
        compute_all(panel, signals),
        taught.label,
        splits,
        seed=config.seed,
        threads=threads,
        model=MODELS[config.model].model,
        weigh=taught.weigh,
        progress=progress,
    )
    return tuple(stats.sharpe(trade(panel, scores, config).returns) for scores in run.paths)


def backtest(
    panel: Panel, scores: pd.DataFrame, config: Config, *, index_close: pd.Series | None, progress: Progress
) -> Backtest:
    """Turn scores into positions and trade them, beside the benchmarks, over the same bars and at the same costs.

    Each day's portfolio is held for the horizon (overlapping portfolios) and traded back to its target daily. The
    naive momentum goes through the same book and limits; equal weight holds every symbol, whatever the book.

    Args:
        panel: prices.
        scores: bars x symbols; only the test windows' rows, the bars to trade.
        config: positions, horizon, fill and costs.
        index_close: closes of the index at the bars of `scores`, or None. It is held without costs.
        progress: told after each run.
    """
    steps = len(COST_MULTIPLES) + 1
    wanted = positions(panel, scores, config)
    market = market_of(panel, wanted.weights)
    ledgers = {}
    for done, multiple in enumerate(COST_MULTIPLES, start=1):
        ledgers[multiple] = run_portfolio(wanted.weights, market, config, costs_of(config).times(multiple))
        progress("backtest", done, steps)
    naive = {
        "equal_weight": hold_all(panel, scores.index, config),
        "momentum": trade(panel, momentum(panel, scores.index), naive_config(config)),
    }
    progress("backtest", steps, steps)
    equity = pd.DataFrame({"strategy": ledgers[1].equity} | {name: each.equity for name, each in naive.items()})
    benchmarks = {name: stats.summarise(each.returns, each.traded.iloc[1:]) for name, each in naive.items()}
    if index_close is not None:
        equity["index"] = index_close / index_close.iloc[0]
        returns = index_close.pct_change().iloc[1:]
        benchmarks["index"] = stats.summarise(returns, returns * 0.0)
    curve = tuple(
        CostPoint(multiple=multiple, sharpe=stats.sharpe(ledger.returns), cagr=stats.cagr(ledger.returns))
        for multiple, ledger in ledgers.items()
    )
    clamps = count_clamps(wanted.clamps, ledgers[1].clamps)
    return Backtest(ledgers[1], wanted.weights, equity, benchmarks, curve, clamps)


def hold_all(panel: Panel, bars: pd.Index, config: Config) -> Ledger:
    """Hold every listed symbol equally, at the configured costs and with the same delistings."""
    weights = equal_weight(panel.close.loc[bars])
    market = market_of(panel, weights)
    terms = Terms(delisting=delisting_of(market, config))
    return run_market(weights, market, costs=costs_of(config), fill=config.fill, terms=terms)


def momentum(panel: Panel, bars: pd.Index) -> pd.DataFrame:
    """Return the scores of the naive momentum at `bars`: the return of the past half year."""
    return parse_feature(NAIVE_MOMENTUM).compute(panel).loc[bars]


def naive_config(config: Config) -> Config:
    """Return the settings under which the naive momentum is traded: the run's own, but for the model.

    Beside a rule, which may hold any symbol, it holds the best third.
    """
    if not config.is_rule:
        return config.model_copy(update={"model": "momentum"})
    return config.model_copy(update={"model": "momentum", "horizon_days": 1, "top_n": held(config.symbols)})


def scored_window(trained: WalkForward) -> pd.DataFrame:
    """Return the scores from the first test bar on; the windows have no gap and end at the last bar."""
    return trained.scores.loc[pd.Timestamp(trained.folds[0].test_start) :]


def summarise(trained: WalkForward, scores: pd.DataFrame, tested: Backtest) -> Study:
    """Put the figures of a run together."""
    ledger = tested.ledger
    stopped = any(clamp.rule == "drawdown_cap" for clamp in tested.clamps)
    return Study(
        backtest=tested,
        oos=stats.summarise(ledger.returns, ledger.traded.iloc[1:]),
        folds=_folds(trained, ledger.returns),
        targets=() if stopped else last_targets(tested.targets, scores),
        scores=scores,
        model=trained.last_model,
    )


def _folds(trained: WalkForward, returns: pd.Series) -> tuple[Fold, ...]:
    days = pd.Series(returns.index.date, index=returns.index)
    return tuple(
        Fold(
            number=fold.number,
            train_start=fold.train_start,
            train_end=fold.train_end,
            test_start=fold.test_start,
            test_end=fold.test_end,
            train_rows=fold.train_rows,
            test_rows=fold.test_rows,
            accuracy=fold.accuracy,
            base_rate=fold.base_rate,
            sharpe=stats.sharpe(returns[(days >= fold.test_start) & (days <= fold.test_end)]),
            importance=fold.importance,
        )
        for fold in trained.folds
    )


def last_targets(targets: pd.DataFrame, scores: pd.DataFrame) -> tuple[Target, ...]:
    """Return what is held after the last signal, largest weight first, then best score; a hedge scores 0."""
    weights, latest = targets.iloc[-1], scores.ffill().iloc[-1]
    held = [
        Target(symbol=str(symbol), weight=float(weight), score=float(latest.get(symbol, 0.0)))
        for symbol, weight in weights.items()
        if weight != 0
    ]
    return tuple(sorted(held, key=lambda target: (-target.weight, -target.score, target.symbol)))
