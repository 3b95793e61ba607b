"""`run_experiment`, `compare_experiments` and `list_inventory`."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from tools.backtest.record import Experiment
from tools.kernel.errors import BadRequest
from tools.kernel.spec import Context, Effect, Tool
from tools.kernel.types import Args, Count, Fraction, Ratio, Record, Result


class ExperimentArgs(Args):
    """The hypothesis: do these features predict returns of these symbols?"""

    symbols: tuple[str, ...] = Field(min_length=1, max_length=1000)
    features: tuple[str, ...] = Field(default=("rsi_14", "momentum_20", "volatility_20"), max_length=50)
    model: Literal["lightgbm"] = "lightgbm"
    horizon_days: int = Field(default=1, ge=1, le=63)
    top_n: int | None = Field(default=None, ge=1, le=500)
    start: date | None = None
    end: date | None = None


def run_experiment(ctx: Context, args: ExperimentArgs) -> Experiment:
    """Test whether features predict returns: train a model walk-forward and backtest it after costs."""
    raise BadRequest("under construction")


class CompareArgs(Args):
    """Which experiments; none means the latest two."""

    experiments: tuple[str, ...] = Field(default=(), max_length=20)


class Compared(Record):
    """One experiment's line in the comparison."""

    experiment: str
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


def compare_experiments(ctx: Context, args: CompareArgs) -> CompareResult:
    """Compare past experiments side by side: which one did better."""
    raise BadRequest("under construction")


class InventoryArgs(Args):
    """Which shelf to list."""

    kind: Literal["data", "features", "experiments", "models", "tickets", "snapshots"] = "data"


class Item(Record):
    """One thing on the shelf: its name and a few facts about it."""

    name: str
    facts: dict[str, str]


class InventoryResult(Result):
    """What exists in the workspace."""

    kind: str
    items: tuple[Item, ...]
    count: Count


def list_inventory(ctx: Context, args: InventoryArgs) -> InventoryResult:
    """List what exists here: data on disk and how old it is, features, experiments, models, tickets, snapshots."""
    raise BadRequest("under construction")


RUN_EXPERIMENT = Tool(
    name="run_experiment",
    args=ExperimentArgs,
    result=Experiment,
    effect=Effect.EXECUTE,
    run=run_experiment,
    positional="symbols",
    examples=("I want to test if RSI combined with volume spikes predicts returns on tech stocks",),
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

LIST_INVENTORY = Tool(
    name="list_inventory",
    args=InventoryArgs,
    result=InventoryResult,
    effect=Effect.READ,
    run=list_inventory,
    positional="kind",
    examples=("what data do I have", "list my experiments", "which features are there"),
)
