"""One self-contained HTML page for an experiment. The same folder gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tools.backtest.evidence import doubts, other_warnings
from tools.backtest.folder import load_experiment
from tools.backtest.record import Experiment
from tools.kernel.atomic import write_atomic
from tools.kernel.errors import WorkspaceError
from tools.report import figures, tables
from tools.report.document import render_page
from tools.report.leak_tables import evidence_rows
from tools.report.number import format_number, typeset
from tools.report.verdict_tables import MEANINGS, judged_tiles, reason_rows

REPORT_FILE = "report.html"
MODEL_NAMES = {
    "lightgbm": "LightGBM",
    "lightgbm_regressor": "LightGBM regression",
    "lightgbm_ranker": "LightGBM ranking",
    "logistic": "Logistic regression",
    "ridge": "Ridge regression",
    "momentum": "Momentum, nothing learnt",
}


def series_names(record: Experiment) -> dict[str, str]:
    """Return what to call the strategy and each benchmark."""
    index = record.config.index_symbol
    return figures.NAMES | ({"index": f"Index {index}"} if index else {})


def headline(record: Experiment) -> str:
    """Return in one sentence what speaks against the strategy, or whether anything does where nothing judged it."""
    if record.verdict is not None:
        return typeset(record.verdict.against.text)
    against = doubts(record)
    if against:
        return typeset(" ".join(against))
    yardstick = record.benchmarks.get("equal_weight")
    above = "zero and above equal weight" if yardstick else "zero"
    sharpe, error = (format_number(value, "ratio") for value in (record.oos.sharpe, record.oos.sharpe_stderr))
    return f"Above {above}: Sharpe ratio {sharpe} ± {error}, out of sample, after costs. One run is not proof."


def tiles(record: Experiment) -> list[tables.Tile]:
    """Return the headline figures, each beside its equal-weight counterpart."""
    yardstick = record.benchmarks.get("equal_weight")
    error = format_number(record.oos.sharpe_stderr, "ratio")
    shown = []
    for field in ("sharpe", "cagr", "max_drawdown", "volatility", "turnover", "total_return"):
        label = tables.METRIC_LABELS[field]
        note = f"equal weight {tables.metric_cell(yardstick, field).text}" if yardstick else ""
        aside = f"± {error}" if field == "sharpe" else ""
        shown.append(tables.Tile(label, tables.metric_cell(record.oos, field), aside, note))
    return shown


def experiment_page(record: Experiment, equity: pd.DataFrame, trades: pd.DataFrame) -> str:
    """Return the page as text.

    Args:
        record: the experiment.
        equity: columns ts, strategy, equal_weight and perhaps index: multiples that start at 1.
        trades: columns ts, symbol, side, weight_before, weight_after, price, cost_fraction; oldest first.
    """
    roles: list[str] = [role for role in ("equal_weight", "index") if role in record.benchmarks]
    names = series_names(record)
    yardstick = record.benchmarks.get("equal_weight")
    charts = {
        "equity": figures.equity_figure(equity, names),
        "drawdown": figures.drawdown_figure(equity, names),
        "importance": figures.importance_figure(record.folds),
        "costs": figures.cost_figure(record.cost_curve, yardstick),
    }
    return render_page(
        "report.html.j2",
        charts,
        record=record,
        model_name=MODEL_NAMES.get(record.config.model, record.config.model),
        headline=headline(record),
        warnings=other_warnings(record),
        grade=record.verdict.grade if record.verdict else "no edge" if doubts(record) else "plausible",
        meanings=MEANINGS,
        reasons=reason_rows(record.verdict) if record.verdict else [],
        tiles=tiles(record),
        judged=judged_tiles(record),
        columns=["Strategy", *(names[role] for role in roles)],
        tables=tables,
        evidence=evidence_rows(record.evidence),
        trades=tables.trade_rows(trades),
        metrics=tables.metric_rows(record, roles),
        trade_count=f"{len(trades):,}",
    )


def write_report(folder: Path) -> Path:
    """Write `report.html` into the experiment's folder, whole or not at all, and return its path.

    Raises:
        WorkspaceError: the folder's files are missing or damaged, or it cannot be written.
    """
    record = load_experiment(folder)
    try:
        equity = pd.read_parquet(folder / "equity.parquet")
        trades = pd.read_csv(folder / "trades.csv")
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"The series of {folder.name} cannot be read.",
            hint="Run the experiment again; equity.parquet or trades.csv is missing or damaged.",
        ) from error
    path = folder / REPORT_FILE
    write_atomic(path, experiment_page(record, equity, trades).encode())
    return path
