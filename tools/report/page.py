"""One self-contained HTML page for an experiment. The same folder gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tools.backtest.evidence import doubts, other_warnings
from tools.backtest.folder import load_experiment, load_holdout
from tools.backtest.record import Experiment, Holdout
from tools.kernel.atomic import write_atomic
from tools.report import figures, model_figures, tables, time_figures
from tools.report.curves import ROLES, Curves, build_curves, by_day, columns_json
from tools.report.document import render_page
from tools.report.embedded import embedded_csv
from tools.report.export import read_holdout_equity, read_series
from tools.report.holdout_tables import holdout_columns, holdout_rows, holdout_sentence, unclean
from tools.report.leak_tables import evidence_rows
from tools.report.month_table import MONTHS, year_rows
from tools.report.number import format_number, typeset
from tools.report.performance import Performance, measure
from tools.report.performance_tables import (
    certainty_rows,
    drawdown_rows,
    habit_rows,
    order_rows,
    regime_rows,
    relative_rows,
    room_rows,
    skill_rows,
)
from tools.report.provenance_tables import config_rows, provenance_rows
from tools.report.verdict_tables import MEANINGS, judged_tiles, reason_rows

REPORT_FILE = "report.html"
MODEL_NAMES = {
    "lightgbm": "LightGBM",
    "lightgbm_regressor": "LightGBM regression",
    "lightgbm_ranker": "LightGBM ranking",
    "logistic": "Logistic regression",
    "ridge": "Ridge regression",
    "momentum": "Momentum, nothing learnt",
    "rule": "Rule",
}
BOOKS = {"long": "long only", "long_short": "long and short", "beta_neutral": "beta-neutral"}


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


def benchmark_roles(record: Experiment) -> list[str]:
    """Return the benchmarks that the record has, in the order they are shown."""
    return [role for role in ROLES[1:] if role in record.benchmarks]


def charts(record: Experiment, curves: Curves) -> dict[str, str]:
    """Return the page's figures by name; those that there is nothing to draw for are left out."""
    names = series_names(record)
    found = {
        "equity": time_figures.equity_figure(curves, names),
        "drawdown": time_figures.drawdown_figure(curves, names),
    }
    if curves.has_sharpe:
        found["sharpe"] = time_figures.sharpe_figure(curves, names)
    if record.cost_curve:
        found["costs"] = model_figures.cost_figure(record.cost_curve, record.benchmarks.get("equal_weight"))
    if any(len(fold.importance) > 1 for fold in record.folds):
        found["importance"] = model_figures.importance_figure(record.folds)
    if any(ratio is not None for ratio in record.paths):
        found["paths"] = model_figures.paths_figure(record.paths, record.oos.sharpe)
    return found


def experiment_page(
    record: Experiment,
    equity: pd.DataFrame,
    trades: pd.DataFrame,
    holdout: Holdout | None = None,
    holdout_equity: pd.DataFrame | None = None,
) -> str:
    """Return the page as text.

    Args:
        record: the experiment.
        equity: columns ts, strategy and benchmarks (see `curves.ROLES`): multiples that start at 1.
        trades: columns ts, symbol, side, weight_before, weight_after, price, cost_fraction; oldest first.
        holdout: how it did on the sealed bars, where they were opened.
        holdout_equity: its curves on them, as `equity`.
    """
    curves = build_curves(equity, record.sealed, holdout, holdout_equity)
    performance = measure(by_day(equity), trades, seed=record.config.seed)
    roles = benchmark_roles(record)
    return render_page(
        "report.html.j2",
        charts(record, curves),
        columns_json(curves),
        record=record,
        curves=curves,
        model_name=MODEL_NAMES.get(record.config.model, record.config.model.replace("_", " ").capitalize()),
        book=BOOKS[record.config.book],
        names=series_names(record),
        columns=["Strategy", *(series_names(record)[role] for role in roles)],
        downloads=embedded_csv(record, equity, holdout),
        **_verdict_values(record),
        **_performance_values(record, performance, roles),
        **_holdout_values(record, holdout, roles),
        evidence=evidence_rows(record.evidence),
        folds=tables.fold_rows(record),
        held=tables.target_rows(record),
        trades=tables.trade_rows(trades),
        trade_count=f"{len(trades):,}",
        settings=config_rows(record),
        provenance=provenance_rows(record, holdout),
    )


def _verdict_values(record: Experiment) -> dict[str, object]:
    return {
        "headline": headline(record),
        "warnings": other_warnings(record),
        "grade": record.verdict.grade if record.verdict else "no edge" if doubts(record) else "plausible",
        "meanings": MEANINGS,
        "reasons": reason_rows(record.verdict) if record.verdict else [],
        "tiles": tiles(record),
        "judged": judged_tiles(record),
    }


def _performance_values(record: Experiment, performance: Performance, roles: list[str]) -> dict[str, object]:
    yearly = [role for role in roles if role in performance.years and role != "momentum"]  # room for two
    return {
        "metrics": tables.metric_rows(record, roles),
        "drawdowns": drawdown_rows(performance.drawdowns),
        "months": MONTHS,
        "years": year_rows(performance, yearly),
        "year_columns": [series_names(record)[role] for role in yearly],
        "regimes": regime_rows(performance, [role for role in roles if role in performance.regimes]),
        "market": series_names(record)[performance.market] if performance.market else "",
        "relative": relative_rows(performance, roles),
        "certainty": certainty_rows(record, performance),
        "intervals": performance.intervals,
        "habits": habit_rows(performance.habits) + skill_rows(record) + room_rows(record) + order_rows(record),
    }


def _holdout_values(record: Experiment, holdout: Holdout | None, roles: list[str]) -> dict[str, object]:
    return {
        "holdout": holdout,
        "holdout_columns": holdout_columns(holdout, roles) if holdout else [],
        "holdout_rows": holdout_rows(record, holdout, roles) if holdout else [],
        "holdout_sentence": holdout_sentence(holdout) if holdout else "",
        "unclean": unclean(holdout) if holdout else "",
    }


def write_report(folder: Path) -> Path:
    """Write `report.html` into the experiment's folder, whole or not at all, and return its path.

    Raises:
        WorkspaceError: the folder's files are missing or damaged, or it cannot be written.
    """
    record, holdout = load_experiment(folder), load_holdout(folder)
    equity, trades = read_series(folder)
    page = experiment_page(record, equity, trades, holdout, read_holdout_equity(folder, holdout))
    path = folder / REPORT_FILE
    write_atomic(path, page.encode())
    return path
