"""`run_experiment`, `run_backtest`, `compare_experiments` and `list_inventory`."""

from __future__ import annotations

from tools.backtest.record import Experiment
from tools.kernel.spec import Context, Effect, Tool
from tools.research.record import (
    BacktestArgs,
    CompareArgs,
    CompareResult,
    ExperimentArgs,
)


def run_experiment(ctx: Context, args: ExperimentArgs) -> Experiment:
    """Test whether features predict returns: train a model walk-forward and backtest it after costs."""
    from tools.research.experiment import run

    return run(ctx, args)


def run_backtest(ctx: Context, args: BacktestArgs) -> Experiment:
    """Backtest a trading rule after costs: hold while a condition is true, or buy on one and sell on another."""
    from tools.research.rule import run

    return run(ctx, args)


def compare_experiments(ctx: Context, args: CompareArgs) -> CompareResult:
    """Compare past experiments side by side: which one did better."""
    from tools.research.compare import choose, compare

    return compare(choose(ctx.workspace, args.experiments))


RUN_EXPERIMENT = Tool(
    name="run_experiment",
    args=ExperimentArgs,
    result=Experiment,
    effect=Effect.EXECUTE,
    run=run_experiment,
    positional="symbols",
    examples=("I want to test if RSI combined with volume spikes predicts returns on tech stocks",),
)

RUN_BACKTEST = Tool(
    name="run_backtest",
    args=BacktestArgs,
    result=Experiment,
    effect=Effect.EXECUTE,
    run=run_backtest,
    positional="symbols",
    examples=(
        "backtest sma(50) > sma(200) on AAPL and MSFT",
        "buy IBM when RSI is below 30 and sell when it is above 70",
    ),
)

COMPARE_EXPERIMENTS = Tool(
    name="compare_experiments",
    args=CompareArgs,
    result=CompareResult,
    effect=Effect.READ,
    run=compare_experiments,
    positional="experiments",
    examples=("compare the last two experiments", "which run was better"),
)
