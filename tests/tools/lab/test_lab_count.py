"""Features that were looked at count as trials of the hypothesis that they would be tested in."""

from __future__ import annotations

from collections.abc import Callable

from tools.backtest.trial_log import read_ledger
from tools.kernel.spec import Context
from tools.lab.record import CheckArgs, GenerateArgs
from tools.lab.tool import check_features, generate_features
from tools.research.record import ExperimentArgs
from tools.research.tool import run_experiment

SYMBOLS = ("AAPL", "IBM", "MSFT")


def test_a_look_at_a_feature_counts_once_and_beside_the_experiments(sampled: Callable[..., Context]) -> None:
    ctx = sampled(*SYMBOLS)
    generate_features(ctx, GenerateArgs(features=("rsi(14) * zscore(volume, 20)",), symbols=SYMBOLS))
    check_features(ctx, CheckArgs(features=("rsi_14", "momentum_20"), symbols=SYMBOLS))
    check_features(ctx, CheckArgs(features=("rsi_14",), symbols=SYMBOLS))
    tried = read_ledger(ctx.workspace).trials
    assert [trial.settings for trial in tried] == [
        "looked at rsi(14) * zscore(volume, 20)",
        "looked at rsi_14",
        "looked at momentum_20",
    ]
    record = run_experiment(ctx, ExperimentArgs(symbols=SYMBOLS, features=("rsi_14",)))
    assert record.trials is not None
    assert record.strategy is not None
    assert (record.trials.family, record.trials.count) == (tried[0].family, 4)
    assert record.strategy.trials == 4
    elsewhere = run_experiment(ctx, ExperimentArgs(symbols=("IBM",), features=("rsi_14",)))
    assert elsewhere.trials is not None
    assert elsewhere.trials.count == 1
