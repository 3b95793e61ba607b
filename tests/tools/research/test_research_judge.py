"""Runs are counted and judged: more trials make the same result worth less; worthless signals have no edge."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tools.backtest.trial_log import read_ledger
from tools.kernel.spec import Context
from tools.research.record import ExperimentArgs
from tools.research.tool import run_experiment

SYMBOLS = ("AAPL", "IBM", "MSFT")


@pytest.fixture(scope="module")
def ctx(sampled: Callable[..., Context]) -> Context:
    return sampled(*SYMBOLS)


def test_trials_add_up_and_the_verdict_knows(ctx: Context) -> None:
    first = run_experiment(ctx, ExperimentArgs(symbols=SYMBOLS, features=("rsi_14", "skew_60")))
    assert first.trials is not None
    assert first.strategy is not None
    assert first.verdict is not None
    assert (first.trials.count, first.trials.overfitting) == (1, None)
    again = run_experiment(ctx, ExperimentArgs(symbols=SYMBOLS, features=("rsi_14", "skew_60")))
    assert again.trials == first.trials
    assert again.verdict == first.verdict
    second = run_experiment(ctx, ExperimentArgs(symbols=SYMBOLS, features=("momentum_20",)))
    assert second.trials is not None
    assert second.trials.count == 2
    assert second.trials.overfitting is not None
    later = run_experiment(ctx, ExperimentArgs(symbols=SYMBOLS, features=("rsi_14", "skew_60")))
    assert later.strategy is not None
    assert later.oos == first.oos
    assert later.strategy.trials == 2
    assert later.strategy.deflated_sharpe is not None
    assert first.strategy.deflated_sharpe is not None
    assert later.strategy.deflated_sharpe < first.strategy.deflated_sharpe


def test_another_horizon_is_another_hypothesis(ctx: Context) -> None:
    other = run_experiment(ctx, ExperimentArgs(symbols=SYMBOLS, features=("rsi_14",), horizon_days=5))
    assert other.trials is not None
    assert other.trials.count == 1
    assert {trial.family for trial in read_ledger(ctx.workspace).trials} > {other.trials.family}


def test_another_model_or_label_is_another_trial_of_the_same(ctx: Context) -> None:
    before = run_experiment(ctx, ExperimentArgs(symbols=SYMBOLS, features=("rsi_14",), horizon_days=3)).trials
    ridge = ExperimentArgs(symbols=SYMBOLS, features=("rsi_14",), horizon_days=3, model="ridge")
    ranked = ridge.model_copy(update={"model": "lightgbm_ranker"})
    later = [run_experiment(ctx, args).trials for args in (ridge, ranked)]
    assert before is not None
    assert [each and (each.family, each.count) for each in later] == [(before.family, 2), (before.family, 3)]


def test_what_speaks_against_it_is_always_said(ctx: Context) -> None:
    record = run_experiment(ctx, ExperimentArgs(symbols=SYMBOLS, features=("rsi_14",)))
    assert record.verdict is not None
    assert record.verdict.grade == "no edge"
    assert record.verdict.against.text
    assert {reason.rule for reason in record.verdict.reasons} >= {"selection", "benchmark", "placebo", "costs"}
    assert record.strategy is not None
    assert record.strategy.placebo_p is not None
    assert 0.01 <= record.strategy.placebo_p <= 1
