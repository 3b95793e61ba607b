"""What the page adds to the record agrees with it, and with figures worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.backtest.folder import load_experiment
from tools.report.curves import by_day
from tools.report.month_table import DEEPEST, year_rows
from tools.report.performance import Performance, held_weights, measure, monthly_returns
from tools.report.performance_tables import certainty_rows, habit_rows, regime_rows, relative_rows

DAYS = pd.bdate_range("2020-01-01", periods=5, tz="UTC")


def measured(folder: Path) -> Performance:
    growth = by_day(pd.read_parquet(folder / "equity.parquet"))
    return measure(growth, pd.read_csv(folder / "trades.csv"), seed=7)


def test_figures_agree_with_the_record(experiment_folder: Path) -> None:
    record, found = load_experiment(experiment_folder), measured(experiment_folder)
    assert found.drawdowns[0].depth == pytest.approx(record.oos.max_drawdown)
    assert found.habits is not None
    assert found.habits.turnover == pytest.approx(record.oos.turnover, rel=2e-3)  # costs shrink NAV
    assert found.adjusted is not None
    assert found.adjusted.sharpe == pytest.approx(record.oos.sharpe)
    assert found.market == "index"
    assert found.intervals is not None
    assert found.intervals.sharpe.low < (record.oos.sharpe or 0) < found.intervals.sharpe.high
    grown = np.prod([1 + each.total_return for each in found.years["strategy"]]) - 1
    assert grown == pytest.approx(record.oos.total_return)


def test_the_same_folder_gives_the_same_figures(experiment_folder: Path) -> None:
    assert measured(experiment_folder).intervals == measured(experiment_folder).intervals


@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=200))
def test_months_compound_to_the_whole(values: list[float]) -> None:
    days = pd.bdate_range("2019-11-20", periods=len(values), tz="UTC")
    returns = pd.DataFrame({"strategy": values}, index=days)
    months = monthly_returns(returns)["strategy"]
    assert np.prod(1 + months) == pytest.approx(float(np.prod(1 + returns["strategy"])))
    assert months.index.is_monotonic_increasing


def test_weights_stay_until_the_next_trade() -> None:
    trades = pd.DataFrame(
        {
            "ts": [DAYS[1], DAYS[3], DAYS[3]],
            "symbol": ["A", "A", "B"],
            "weight_after": [0.5, 0.0, 1.0],
        }
    )
    held = held_weights(trades, DAYS)
    assert held["A"].tolist() == [0, 0.5, 0.5, 0, 0]
    assert held["B"].tolist() == [0, 0, 0, 1, 1]


def test_every_year_is_a_line_with_its_months(experiment_folder: Path) -> None:
    found = measured(experiment_folder)
    rows = year_rows(found, ["equal_weight", "index"])
    assert [row.label for row in rows] == ["2006", "2005", "2004", "2003"]
    assert sum(bool(month.text) for row in rows for month in row.months) == len(found.months)
    tints = [month.tint for row in rows for month in row.months]
    assert max(tints) == DEEPEST
    assert {month.tone for row in rows for month in row.months} == {"gain", "loss", ""}
    assert all(len(row.figures) == 4 for row in rows)


def test_without_a_benchmark_nothing_is_compared(experiment_folder: Path) -> None:
    growth = by_day(pd.read_parquet(experiment_folder / "equity.parquet"))[["strategy"]]
    found = measure(growth, pd.DataFrame(columns=["ts", "symbol", "weight_before", "weight_after"]), seed=1)
    assert found.market is None
    assert relative_rows(found, []) == []
    assert regime_rows(found, []) == []
    assert habit_rows(found.habits) == []


def test_a_strategy_that_holds_cash_has_no_intervals(experiment_folder: Path) -> None:
    growth = by_day(pd.read_parquet(experiment_folder / "equity.parquet"))
    found = measure(growth.assign(strategy=1.0), pd.read_csv(experiment_folder / "trades.csv"), seed=1)
    assert found.intervals is None
    assert found.drawdowns == ()
    assert certainty_rows(load_experiment(experiment_folder), found) == []
    assert len(relative_rows(found, ["equal_weight", "index"])) == 7
