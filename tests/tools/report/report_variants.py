"""What a recorded experiment's folder can become: sealed, its holdout opened, a rule, with combinatorial paths."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from tools.backtest.folder import HOLDOUT_EQUITY_FILE, HOLDOUT_FILE, RESULT_FILE, load_experiment
from tools.backtest.record import Holdout
from tools.backtest.stats import summarise
from tools.lake.seal import Sealed

SEALED_BARS = 252


def rewrite(folder: Path, **changes: object) -> None:
    """Change fields of the record."""
    record = json.loads((folder / RESULT_FILE).read_text())
    (folder / RESULT_FILE).write_text(json.dumps(record | changes))


def sealed_days(folder: Path) -> pd.DatetimeIndex:
    last = pd.read_parquet(folder / "equity.parquet")["ts"].iloc[-1]
    return pd.bdate_range(last, periods=SEALED_BARS + 1)[1:]


def seal(folder: Path) -> Sealed:
    """Record that the year after the last bar was sealed."""
    days = sealed_days(folder)
    sealed = Sealed(start=days[0].date(), end=days[-1].date())
    rewrite(folder, sealed=sealed.model_dump(mode="json"))
    return sealed


def open_holdout(folder: Path, *, seen_by: tuple[str, ...] = ()) -> pd.DataFrame:
    """Write what opening the holdout leaves; return its curves."""
    seal(folder)
    days, rng = sealed_days(folder), np.random.default_rng(11)
    roles = [name for name in pd.read_parquet(folder / "equity.parquet") if name != "ts"]
    returns = pd.DataFrame(rng.normal(0.0004, 0.01, (len(days), len(roles))), index=days, columns=roles)
    returns.iloc[0] = 0.0
    curves = (1 + returns).cumprod()
    figures = {role: summarise(returns[role].iloc[1:], returns[role].iloc[1:] * 0) for role in roles}
    record = load_experiment(folder)
    holdout = Holdout(
        family="fam_0123456789",
        experiment=record.experiment,
        opened_at=datetime(2026, 2, 3, 12, tzinfo=UTC),
        start=days[0].date(),
        end=days[-1].date(),
        oos=figures.pop("strategy"),
        benchmarks=figures,
        walk_forward=record.oos,
        seen_by=seen_by,
        audit_head="5e" * 32,
    )
    (folder / HOLDOUT_FILE).write_text(holdout.model_dump_json())
    curves.rename_axis("ts").reset_index().to_parquet(folder / HOLDOUT_EQUITY_FILE)
    return curves


def make_rule(folder: Path, *, leave: str | None = "rsi(14) > 70") -> None:
    """Turn the record into that of a rule."""
    config = json.loads((folder / RESULT_FILE).read_text())["config"]
    idle = {"features": [], "label": "rule", "train_years": 0, "test_months": 0, "purge_days": 0}
    rule = {"model": "rule", "entry": "sma(10) > sma(30)", "exit": leave}
    rewrite(folder, config=config | idle | rule, folds=[], evidence=[])
