"""A recorded experiment on a seeded market, made by the real backtest engine."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from tools.backtest.cost_curve import CostPoint
from tools.backtest.costs import Costs
from tools.backtest.engine import Ledger, run_weights
from tools.backtest.evidence import edge_warnings
from tools.backtest.record import Config, Experiment, Fold, Provenance, Target
from tools.backtest.stats import summarise
from tools.backtest.weights import equal_weight, top_n

SYMBOLS = ("AAPL", "IBM", "MSFT")
FEATURES = ("rsi_14", "volume_spike_20", "momentum_20", "volatility_20")
COSTS = Costs(commission_bps=1, slippage_bps=5)


def market(bars: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return open and close of a seeded market with fat tails and a common factor."""
    rng = np.random.default_rng(7)
    days = pd.bdate_range("2003-03-03", periods=bars, tz="UTC")
    common = rng.standard_t(5, size=(bars, 1)) * 0.007
    steps = 0.0003 + common + rng.standard_t(4, size=(bars, len(SYMBOLS))) * 0.009
    close = pd.DataFrame(np.exp(np.cumsum(steps, axis=0)) * [15, 80, 26], index=days, columns=list(SYMBOLS))
    return close.shift(1).bfill() * (1 + rng.normal(0, 0.003, close.shape)), close


def folds(days: pd.DatetimeIndex, returns: pd.Series, count: int) -> tuple[Fold, ...]:
    rng = np.random.default_rng(3)
    edges = np.linspace(0, len(days) - 1, count + 1).astype(int)
    made = []
    for number, (first, last) in enumerate(pairwise(edges), start=1):
        share = rng.dirichlet([6, 4, 2, 1.5])
        start, end = days[first].date(), days[last - 1].date()
        part = returns.iloc[first:last]
        made.append(
            Fold(
                number=number,
                train_start=start.replace(year=start.year - 3, day=1),
                train_end=start.replace(day=1),
                test_start=start,
                test_end=end,
                train_rows=2268,
                test_rows=3 * (last - first),
                accuracy=float(0.5 + rng.normal(0.008, 0.012)),
                base_rate=0.512,
                sharpe=summarise(part, part * 0).sharpe,
                importance=dict(zip(FEATURES, map(float, share / share.sum()), strict=True)),
            )
        )
    return tuple(made)


def record_of(runs: dict[int, Ledger], others: dict[str, Ledger], config: Config) -> Experiment:
    main = runs[1]
    oos = summarise(main.returns, main.traded.iloc[1:])
    benchmarks = {name: summarise(each.returns, each.traded.iloc[1:]) for name, each in others.items()}
    curve = {multiple: summarise(each.returns, each.traded.iloc[1:]) for multiple, each in runs.items()}
    return Experiment(
        experiment="exp_20260102_LGBM_AAPL-IBM-MSFT_1d",
        created_at=datetime(2026, 1, 2, 9, 30, tzinfo=UTC),
        config=config,
        oos=oos,
        benchmarks=benchmarks,
        cost_curve=tuple(CostPoint(multiple=m, sharpe=each.sharpe, cagr=each.cagr) for m, each in curve.items()),
        folds=folds(main.equity.index[1:], main.returns, 20),
        signal_date=main.equity.index[-1].date(),
        targets=(Target(symbol="MSFT", weight=1.0, score=0.537), Target(symbol="IBM", weight=0.0, score=0.489)),
        orders=main.orders,
        warnings=(
            "The universe was picked with hindsight: every symbol in it survived to the end.",
            *edge_warnings(oos, benchmarks["equal_weight"]),
        ),
        provenance=Provenance(
            data_snapshot=4,
            data_sha256="3f" * 32,
            code_version="a1b2c3d4e5f60718",
            output_sha256="9c" * 32,
            libraries={"numpy": np.__version__, "pandas": pd.__version__},
            threads=2,
            seed=7,
        ),
        seconds=6.42,
    )


def make_folder(root: Path, *, bars: int = 2512) -> Path:
    """Write what a run leaves in its folder, but for the page."""
    open_, close = market(bars)
    scores = close.pct_change(20).rank(axis=1, pct=True).fillna(0)
    targets = top_n(scores, 1, threshold=0.6)
    runs = {m: run_weights(targets, open_=open_, close=close, costs=COSTS.times(m)) for m in (1, 2, 3)}
    others = {
        "equal_weight": run_weights(equal_weight(close), open_=open_, close=close, costs=COSTS),
        "momentum": run_weights(
            top_n(close.pct_change(126).fillna(0), 1, threshold=None), open_=open_, close=close, costs=COSTS
        ),
        "index": run_weights(equal_weight(close) * 0.6, open_=open_, close=close, costs=Costs()),
    }
    config = Config(
        symbols=SYMBOLS,
        features=FEATURES,
        model="lightgbm",
        horizon_days=1,
        top_n=1,
        interval="1d",
        start=close.index[0].date(),
        end=close.index[-1].date(),
        train_years=3,
        test_months=6,
        purge_days=1,
        fill="next_open",
        commission_bps=1.0,
        slippage_bps=5.0,
        index_symbol="SPX",
        seed=7,
    )
    record = record_of(runs, others, config)
    folder = root / record.experiment
    folder.mkdir(parents=True)
    (folder / "result.json").write_text(record.model_dump_json(indent=2))
    runs[1].trades.to_csv(folder / "trades.csv", index=False)
    equity = pd.DataFrame({"strategy": runs[1].equity} | {name: each.equity for name, each in others.items()})
    equity.rename_axis("ts").reset_index().to_parquet(folder / "equity.parquet")
    return folder
