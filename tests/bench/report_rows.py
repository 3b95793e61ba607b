"""The report of a large experiment: 20 names x 33 years x 10 features in 60 folds, its folder made up once."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from measurement import Measurement, temporary_workspace

from tools.backtest import stats
from tools.backtest.cost_curve import CostPoint
from tools.backtest.costs import Costs
from tools.backtest.engine import Ledger, run_weights
from tools.backtest.folder import RESULT_FILE
from tools.backtest.record import Config, Experiment, Fold, Metrics, Provenance, Target
from tools.backtest.weights import equal_weight, top_n
from tools.lake.seal import Sealed
from tools.report.page import write_report

BARS, SYMBOLS, FEATURES, FOLDS = 8_313, 20, 10, 60
TIME_BUDGET_S, SIZE_BUDGET_MB = 2.0, 6.0
CALLS = 3
COSTS = Costs(1, 5)


def report_write() -> list[Measurement]:
    """Write the page of the experiment: median time of a call, the first not counted, and its size."""
    with temporary_workspace() as workspace:
        folder = large_experiment(workspace.experiments)
        path = write_report(folder)
        taken = []
        for _ in range(CALLS):
            started = time.perf_counter()
            write_report(folder)
            taken.append(time.perf_counter() - started)
        size = path.stat().st_size / 1e6
    return [
        Measurement("report_write", float(np.median(taken)), "s", TIME_BUDGET_S),
        Measurement("report_write.size", size, "MB", SIZE_BUDGET_MB),
    ]


def large_experiment(root: Path) -> Path:
    """Write what a run leaves in its folder, but for the page, and return the folder."""
    rng = np.random.default_rng(0)
    days = pd.bdate_range("1990-01-02", periods=BARS, tz="UTC")
    names = [f"S{number:02}" for number in range(SYMBOLS)]
    steps = 0.0003 + rng.standard_t(5, (BARS, 1)) * 0.006 + rng.standard_t(4, (BARS, SYMBOLS)) * 0.01
    close = pd.DataFrame(20 * np.exp(np.clip(steps, -0.2, 0.2).cumsum(axis=0)), index=days, columns=names)
    weights = top_n(close.pct_change(63), 5, threshold=None)
    runs = {multiple: _run(weights, close, COSTS.times(multiple)) for multiple in (0, 1, 2, 3)}
    past = _run(top_n(close.pct_change(126), 5, threshold=None), close, COSTS)
    naive, index = _run(equal_weight(close), close, COSTS), _run(equal_weight(close) * 0.8, close, Costs())
    benchmarks = {"equal_weight": _figures(naive), "momentum": _figures(past), "index": _figures(index)}
    record = _record(days, names, runs, benchmarks, rng)
    folder = root / record.experiment
    folder.mkdir(parents=True)
    (folder / RESULT_FILE).write_text(record.model_dump_json())
    runs[1].trades.to_csv(folder / "trades.csv", index=False)
    others = {"equal_weight": naive, "momentum": past, "index": index}
    equity = pd.DataFrame({"strategy": runs[1].equity} | {name: each.equity for name, each in others.items()})
    equity.rename_axis("ts").reset_index().to_parquet(folder / "equity.parquet", index=False)
    return folder


def _run(weights: pd.DataFrame, close: pd.DataFrame, costs: Costs) -> Ledger:
    return run_weights(weights, open_=close, close=close, costs=costs, fill="next_close")


def _figures(ledger: Ledger) -> Metrics:
    return stats.summarise(ledger.returns, ledger.traded.iloc[1:])


def _folds(days: pd.DatetimeIndex, rng: np.random.Generator) -> tuple[Fold, ...]:
    edges = np.linspace(0, len(days) - 1, FOLDS + 1).astype(int)
    shares = rng.dirichlet(np.arange(1, FEATURES + 1), FOLDS)
    return tuple(
        Fold(
            number=number,
            train_start=days[max(0, first - 756)].date(),
            train_end=days[max(0, first - 2)].date(),
            test_start=days[first].date(),
            test_end=days[last - 1].date(),
            train_rows=15_120,
            test_rows=int(last - first) * SYMBOLS,
            accuracy=float(rng.normal(0.51, 0.01)),
            base_rate=0.51,
            sharpe=float(rng.normal(0.5, 1.2)),
            importance={f"feature_{each:02}": float(share) for each, share in enumerate(shares[number - 1])},
        )
        for number, (first, last) in enumerate(pairwise(edges), start=1)
    )


def _record(
    days: pd.DatetimeIndex,
    names: list[str],
    runs: dict[int, Ledger],
    benchmarks: dict[str, Metrics],
    rng: np.random.Generator,
) -> Experiment:
    config = Config(
        symbols=tuple(names),
        features=tuple(f"feature_{each:02}" for each in range(FEATURES)),
        model="lightgbm",
        horizon_days=5,
        top_n=5,
        interval="1d",
        start=days[0].date(),
        end=days[-1].date(),
        train_years=3,
        test_months=6,
        purge_days=6,
        fill="next_close",
        commission_bps=1.0,
        slippage_bps=5.0,
        index_symbol="^GSPC",
        seed=7,
    )
    after = pd.bdate_range(days[-1], periods=253)[1:]
    return Experiment(
        experiment="exp_20260102_LIGHTGBM_S00-S01-S02+17_1d",
        created_at=datetime(2026, 1, 2, tzinfo=UTC),
        config=config,
        oos=_figures(runs[1]),
        benchmarks=benchmarks,
        cost_curve=tuple(
            CostPoint(multiple=multiple, sharpe=_figures(run).sharpe, cagr=_figures(run).cagr)
            for multiple, run in runs.items()
        ),
        folds=_folds(days, rng),
        sealed=Sealed(start=after[0].date(), end=after[-1].date()),
        signal_date=days[-1].date(),
        targets=tuple(Target(symbol=name, weight=0.2, score=0.5) for name in names[:5]),
        orders=runs[1].orders,
        warnings=("Survivorship: the 20 symbols were picked with hindsight.",),
        provenance=Provenance(
            data_snapshot=4,
            data_sha256="3f" * 32,
            code_version="a1b2c3d4e5f60718",
            output_sha256="9c" * 32,
            libraries={"numpy": np.__version__, "pandas": pd.__version__},
            threads=2,
            seed=7,
            audit_head="7b" * 32,
        ),
        seconds=42.0,
    )
