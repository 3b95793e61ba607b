"""Numbers by their unit, round axis ticks, and figures that hold the data they should."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.backtest.folder import load_experiment
from tools.backtest.record import Metrics
from tools.kernel.types import unit_of
from tools.report.curves import Curves, build_curves, columns_json
from tools.report.figures import NAMES
from tools.report.model_figures import importance_figure
from tools.report.number import format_number
from tools.report.time_figures import drawdown_figure, equity_figure, log_ticks, sharpe_figure


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.1234, "fraction", "12.3\u202f%"),
        (-0.5, "fraction", "\u221250.0\u202f%"),
        (-0.0001, "fraction", "0.0\u202f%"),
        (1.005, "ratio", "1.00"),
        (-12.345, "usd", "\u2212$12.35"),
        (12345.6, "usd", "$12,345.60"),
        (6.0, "bps", "6\u202fbps"),
        (6.42, "seconds", "6.4\u202fs"),
        (2511, None, "2,511"),
        (None, "ratio", "\u2013"),
    ],
)
def test_numbers_by_unit(value: float | None, unit: str | None, text: str) -> None:
    assert format_number(value, unit) == text


@pytest.mark.parametrize(
    ("field", "unit"), [("cagr", "fraction"), ("sharpe", "ratio"), ("max_drawdown", "fraction")]
)
def test_figures_that_may_be_undefined_keep_their_unit(field: str, unit: str) -> None:
    assert unit_of(Metrics, field) == unit


@given(low=st.floats(1e-4, 1e3), ratio=st.floats(1.0, 1e4))
def test_ticks_lie_on_the_axis_in_order(low: float, ratio: float) -> None:
    ticks = log_ticks(low, low * ratio)
    assert ticks == sorted(set(ticks))
    assert all(low * 0.96 <= tick <= low * ratio * 1.04 for tick in ticks)
    assert len(ticks) <= 16


def curves_of(folder: Path, *without: str) -> Curves:
    return build_curves(pd.read_parquet(folder / "equity.parquet").drop(columns=[*without]), None, None, None)


def test_every_trace_names_columns_that_the_page_has(experiment_folder: Path) -> None:
    curves = curves_of(experiment_folder)
    columns = json.loads(columns_json(curves))
    assert {len(column) for column in columns.values()} == {len(curves.equity)}
    for draw in (equity_figure, drawdown_figure, sharpe_figure):
        for trace in json.loads(draw(curves, NAMES))["data"]:
            assert {trace["meta"]["x"], trace["meta"]["y"]} <= columns.keys()


def test_drawdown_never_exceeds_zero_and_matches_the_record(experiment_folder: Path) -> None:
    columns = json.loads(columns_json(curves_of(experiment_folder)))
    record = load_experiment(experiment_folder)
    assert max(columns["drawdown.strategy"]) <= 0
    assert min(columns["drawdown.strategy"]) == pytest.approx(record.oos.max_drawdown, abs=1e-4)
    expected = record.benchmarks["equal_weight"].max_drawdown
    assert min(columns["drawdown.equal_weight"]) == pytest.approx(expected, abs=1e-4)


def test_the_strategy_is_drawn_last_and_the_index_may_be_missing(experiment_folder: Path) -> None:
    traces = json.loads(equity_figure(curves_of(experiment_folder, "index"), NAMES))["data"]
    assert [trace["meta"]["role"] for trace in traces] == ["momentum", "equal_weight", "strategy"]


def test_the_heat_map_puts_the_most_important_feature_on_top(experiment_folder: Path) -> None:
    record = load_experiment(experiment_folder)
    heat = json.loads(importance_figure(record.folds))["data"][0]
    sums = [sum(row) for row in heat["z"]]
    assert sums == sorted(sums)
    assert len(heat["x"]) == len(record.folds)
    assert sum(sums) == pytest.approx(len(record.folds), abs=0.01)
    assert heat["zmax"] == max(max(row) for row in heat["z"]) <= 1
