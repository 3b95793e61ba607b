"""The page's tables: rows of ready text, each cell already formatted by its unit."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tools.backtest.record import Experiment, Metrics
from tools.kernel.types import unit_of
from tools.report.number import EN_DASH, TIMES, format_number

LAST_TRADES = 50
METRIC_LABELS = {
    "sharpe": "Sharpe ratio",
    "sharpe_stderr": "Its standard error",
    "sortino": "Sortino ratio",
    "calmar": "Calmar ratio",
    "cagr": "CAGR",
    "volatility": "Volatility, annual",
    "max_drawdown": "Maximum drawdown",
    "total_return": "Total return",
    "turnover": f"Turnover, {TIMES} a year",
    "days": "Trading days",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: its text and whether it is below zero."""

    text: str
    negative: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; `bar` is the length of a bar at its end, in per cent of the room there is."""

    label: str
    cells: tuple[Cell, ...]
    bar: float = 0.0


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline figure with a line of context below it."""

    label: str
    figure: Cell
    aside: str
    note: str


def number_cell(value: float | None, unit: str | None) -> Cell:
    """Return a figure, formatted by its unit (see `tools.kernel.types`)."""
    return Cell(format_number(value, unit), negative=value is not None and value < 0)


def metric_cell(metrics: Metrics, field: str) -> Cell:
    """Return the figure `field` of `metrics`, formatted by its unit."""
    unit = unit_of(Metrics, field)
    return number_cell(getattr(metrics, field), None if unit == "days" else unit)


def metric_rows(record: Experiment, roles: list[str]) -> list[Row]:
    """Return a row a metric: the strategy, then the benchmarks named in `roles`."""
    columns = [record.oos, *(record.benchmarks[role] for role in roles)]
    return [
        Row(label, tuple(metric_cell(metrics, field) for metrics in columns))
        for field, label in METRIC_LABELS.items()
    ]


def fold_rows(record: Experiment) -> list[Row]:
    """Return a row a fold: train and test period, rows, accuracy, base rate, Sharpe ratio."""
    return [
        Row(
            str(fold.number),
            (
                Cell(f"{fold.train_start} {EN_DASH} {fold.train_end}"),
                Cell(f"{fold.test_start} {EN_DASH} {fold.test_end}"),
                Cell(format_number(fold.train_rows)),
                Cell(format_number(fold.test_rows)),
                number_cell(fold.accuracy, "fraction"),
                number_cell(fold.base_rate, "fraction"),
                number_cell(fold.sharpe, "ratio"),
            ),
        )
        for fold in record.folds
    ]


def target_rows(record: Experiment) -> list[Row]:
    """Return the holdings after the last signal: symbol, score, weight; best score first."""
    held = sorted((each for each in record.targets if each.weight > 0), key=lambda each: (-each.score, each.symbol))
    return [
        Row(
            each.symbol,
            (number_cell(each.score, "fraction"), number_cell(each.weight, "fraction")),
            bar=round(min(each.weight, 1.0) * 100, 2),
        )
        for each in held
    ]


def trade_rows(trades: pd.DataFrame) -> list[Row]:
    """Return the last trades, newest first: date, symbol, side, weights, price, cost in bps of NAV."""
    return [
        Row(
            f"{pd.Timestamp(str(trade['ts'])):%Y-%m-%d}",
            (
                Cell(str(trade["symbol"])),
                Cell(str(trade["side"])),
                number_cell(trade["weight_before"], "fraction"),
                number_cell(trade["weight_after"], "fraction"),
                number_cell(trade["price"], "ratio"),
                Cell(format_number(float(f"{trade['cost_fraction'] * 1e4:.2f}"), "bps")),
            ),
        )
        for trade in trades.tail(LAST_TRADES).iloc[::-1].to_dict("records")
    ]
