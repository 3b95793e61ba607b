"""The pipeline as a pure function: bars in, scores, ledgers and figures out.

Only test windows are traded: neither warm-up nor training bars count toward any figure. What it does not guard
against: a universe picked with hindsight, and the number of hypotheses tried before this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from tools.backtest import stats
from tools.backtest.cost_curve import CostPoint
from tools.backtest.costs import Costs
from tools.backtest.engine import Ledger, run_weights
from tools.backtest.fills import Rebalance
from tools.backtest.record import Config, Fold, Metrics, Target
from tools.backtest.weights import equal_weight, overlap, top_n
from tools.features.feature import Signal
from tools.features.label import LABELS
from tools.features.panel import Panel
from tools.features.resolve import compute_all
from tools.kernel.spec import Progress
from tools.models.model import Model
from tools.models.registry import MODELS
from tools.models.split import walk_forward
from tools.models.train import WalkForward, train_walk_forward

COST_MULTIPLES = (0, 1, 2, 3)


@dataclass(frozen=True)
class Backtest:
    """The strategy and its benchmarks over the test windows.

    Attributes:
        ledger: the strategy's.
        targets: the strategy's target weights, bars x symbols.
        equity: multiples starting at 1, columns strategy, equal_weight and, where the data cover it, index.
        benchmarks: figures of equal_weight and perhaps index.
        cost_curve: the strategy at multiples of its costs, 0 being gross.
    """

    ledger: Ledger
    targets: pd.DataFrame
    equity: pd.DataFrame
    benchmarks: dict[str, Metrics]
    cost_curve: tuple[CostPoint, ...]


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
    panel: Panel, signals: Sequence[Signal], config: Config, *, threads: int, progress: Progress
) -> WalkForward:
    """Compute features and labels and train walk-forward. Raises BadRequest where the history is too short."""
    features = compute_all(panel, signals, progress)
    splits = walk_forward(
        panel.sessions,
        train_years=config.train_years,
        test_months=config.test_months,
        purge_days=config.purge_days,
        warmup=max(signal.warmup for signal in signals),
    )
    kind = MODELS[config.model]
    label = LABELS[kind.label](panel, config.horizon_days)
    return train_walk_forward(
        features, label, splits, seed=config.seed, threads=threads, model=kind.model, progress=progress
    )


def backtest(
    panel: Panel, scores: pd.DataFrame, config: Config, *, index_close: pd.Series | None, progress: Progress
) -> Backtest:
    """Turn scores into positions and trade them, beside the benchmarks, over the same bars and at the same costs.

    Each day's portfolio is held for the horizon (overlapping portfolios) and traded back to its target daily.

    Args:
        panel: prices.
        scores: bars x symbols; only the test windows' rows, the bars to trade.
        config: positions, horizon, fill and costs.
        index_close: closes of the index at the bars of `scores`, or None. It is held without costs.
        progress: told after each run.
    """
    bars = scores.index
    open_, close = panel.open.loc[bars], panel.close.loc[bars]
    costs = Costs(config.commission_bps, config.slippage_bps)
    steps = len(COST_MULTIPLES) + 1

    def run(weights: pd.DataFrame, at: Costs) -> Ledger:
        return run_weights(
            weights, open_=open_, close=close, costs=at, fill=config.fill, rebalance=rebalance_of(config)
        )

    targets = positions(scores, config)
    ledgers = {}
    for done, multiple in enumerate(COST_MULTIPLES, start=1):
        ledgers[multiple] = run(targets, costs.times(multiple))
        progress("backtest", done, steps)
    naive = run(equal_weight(close), costs)
    progress("backtest", steps, steps)
    equity = pd.DataFrame({"strategy": ledgers[1].equity, "equal_weight": naive.equity})
    benchmarks = {"equal_weight": stats.summarise(naive.returns, naive.traded.iloc[1:])}
    if index_close is not None:
        equity["index"] = index_close / index_close.iloc[0]
        returns = index_close.pct_change().iloc[1:]
        benchmarks["index"] = stats.summarise(returns, returns * 0.0)
    curve = tuple(
        CostPoint(multiple=multiple, sharpe=stats.sharpe(ledger.returns), cagr=stats.cagr(ledger.returns))
        for multiple, ledger in ledgers.items()
    )
    return Backtest(ledgers[1], targets, equity, benchmarks, curve)


def positions(scores: pd.DataFrame, config: Config) -> pd.DataFrame:
    """Return the target weights that follow from scores: each day's best ones, held for the horizon.

    The scores of a rule are its target weights; one that is unknown is none.
    """
    if config.is_rule:
        return scores.fillna(0.0)
    best = top_n(scores, config.top_n, threshold=MODELS[config.model].threshold)
    return overlap(best, config.horizon_days)


def trade(panel: Panel, scores: pd.DataFrame, config: Config) -> Ledger:
    """Trade scores once, at the configured costs."""
    return run_weights(
        positions(scores, config),
        open_=panel.open.loc[scores.index],
        close=panel.close.loc[scores.index],
        costs=Costs(config.commission_bps, config.slippage_bps),
        fill=config.fill,
        rebalance=rebalance_of(config),
    )


def rebalance_of(config: Config) -> Rebalance:
    """Return when positions are traded: those of a rule when it changes its mind, those of scores every day."""
    return "on_change" if config.is_rule else "daily"


def scored_window(trained: WalkForward) -> pd.DataFrame:
    """Return the scores from the first test bar on; the windows have no gap and end at the last bar."""
    return trained.scores.loc[pd.Timestamp(trained.folds[0].test_start) :]


def summarise(trained: WalkForward, scores: pd.DataFrame, tested: Backtest) -> Study:
    """Put the figures of a run together."""
    ledger = tested.ledger
    return Study(
        backtest=tested,
        oos=stats.summarise(ledger.returns, ledger.traded.iloc[1:]),
        folds=_folds(trained, ledger.returns),
        targets=last_targets(tested.targets, scores),
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
    """Return what is held after the last signal, the largest weight first, then the best score."""
    weights, latest = targets.iloc[-1], scores.ffill().iloc[-1]
    held = [
        Target(symbol=str(symbol), weight=float(weight), score=float(latest[symbol]))
        for symbol, weight in weights.items()
        if weight > 0
    ]
    return tuple(sorted(held, key=lambda target: (-target.weight, -target.score, target.symbol)))
