"""A recorded experiment, made by hand, and its prices."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tools.backtest.record import Config, Experiment, Metrics, Provenance, Target
from tools.kernel.paths import Workspace

NOW = datetime(2013, 3, 2, 14, 0, tzinfo=UTC)
SIGNAL = date(2013, 3, 1)
CLOSES = {"AAPL": 430.47, "IBM": 202.91, "MSFT": 27.95}


def metrics(sharpe: float) -> Metrics:
    return Metrics(
        sharpe=sharpe,
        sharpe_stderr=0.32,
        sortino=0.9,
        calmar=0.4,
        cagr=0.11,
        volatility=0.22,
        max_drawdown=-0.31,
        total_return=1.8,
        turnover=40.0,
        days=2500,
    )


def experiment(targets: tuple[Target, ...], *, sharpe: float = 0.9, yardstick: float = 0.5) -> Experiment:
    return Experiment(
        experiment="exp_20130302_LGBM_AAPL-IBM-MSFT_1d",
        created_at=NOW,
        config=Config(
            symbols=tuple(CLOSES),
            features=("rsi_14",),
            model="lightgbm",
            horizon_days=1,
            top_n=2,
            interval="1d",
            start=date(2000, 3, 1),
            end=SIGNAL,
            train_years=3,
            test_months=6,
            purge_days=1,
            fill="next_open",
            commission_bps=1.0,
            slippage_bps=5.0,
            index_symbol=None,
            seed=7,
        ),
        oos=metrics(sharpe),
        benchmarks={"equal_weight": metrics(yardstick)},
        cost_curve=(),
        folds=(),
        signal_date=SIGNAL,
        targets=targets,
        orders=12,
        warnings=("The universe was picked with hindsight.",),
        provenance=Provenance(
            data_snapshot=1,
            data_sha256="0" * 64,
            code_version="0" * 16,
            output_sha256="0" * 64,
            libraries={},
            threads=1,
            seed=7,
        ),
        seconds=1.0,
    )


def save(workspace: Workspace, record: Experiment) -> None:
    folder = workspace.experiments / record.experiment
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_text(record.model_dump_json())
