"""An experiment's numbers as plain tables, for the page's CSV buttons and for `slq export`.

Full precision, plain ASCII headings, fractions as fractions (0.12 is twelve per cent), ISO days. Undefined figures
are empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from tools.backtest.folder import HOLDOUT_EQUITY_FILE, load_experiment, load_holdout
from tools.backtest.record import Experiment, Fold, Holdout, Metrics
from tools.kernel.errors import WorkspaceError
from tools.kernel.types import unit_of
from tools.report.curves import by_day
from tools.report.performance import monthly_returns

FOLD_FIELDS = tuple(name for name in Fold.model_fields if name != "importance")


def read_series(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return equity and trades as they lie in the folder. Raises WorkspaceError where they cannot be read."""
    try:
        return pd.read_parquet(folder / "equity.parquet"), pd.read_csv(folder / "trades.csv")
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"The series of {folder.name} cannot be read.",
            hint="Run the experiment again; equity.parquet or trades.csv is missing or damaged.",
        ) from error


def read_holdout_equity(folder: Path, holdout: Holdout | None) -> pd.DataFrame | None:
    """Return the curves of an opened holdout; None where it is sealed. Raises WorkspaceError."""
    if holdout is None:
        return None
    try:
        return pd.read_parquet(folder / HOLDOUT_EQUITY_FILE)
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"The holdout of {folder.name} cannot be read.",
            hint=f"{folder / HOLDOUT_EQUITY_FILE} is missing or damaged; restore it.",
        ) from error


def metrics_table(record: Experiment, holdout: Holdout | None = None) -> pd.DataFrame:
    """Return a row a figure: period, series, metric, value, unit."""
    columns: list[tuple[str, str, Metrics]] = [("walk_forward", "strategy", record.oos)]
    columns += [("walk_forward", role, each) for role, each in record.benchmarks.items()]
    if holdout is not None:
        columns.append(("holdout", "strategy", holdout.oos))
        columns += [("holdout", role, each) for role, each in holdout.benchmarks.items()]
    rows = [
        (period, series, name, value, unit_of(Metrics, name))
        for period, series, metrics in columns
        for name, value in metrics
    ]
    return pd.DataFrame(rows, columns=["period", "series", "metric", "value", "unit"])


def folds_table(record: Experiment) -> pd.DataFrame:
    """Return a row a fold; a column `importance.FEATURE` each feature. Only headings where nothing was trained."""
    names = sorted({name for fold in record.folds for name in fold.importance})
    rows = [
        [*(getattr(fold, field) for field in FOLD_FIELDS), *(fold.importance.get(name) for name in names)]
        for fold in record.folds
    ]
    return pd.DataFrame(rows, columns=[*FOLD_FIELDS, *(f"importance.{name}" for name in names)])


def months_table(equity: pd.DataFrame) -> pd.DataFrame:
    """Return a row a calendar month ("2008-10"), a column a series: compounded returns as fractions."""
    found = monthly_returns(by_day(equity).pct_change(fill_method=None).iloc[1:])
    return found.set_axis(found.index.strftime("%Y-%m")).rename_axis("month").reset_index()


def small_tables(record: Experiment, equity: pd.DataFrame, holdout: Holdout | None) -> dict[str, pd.DataFrame]:
    """Return the tables that are small enough to be inside a page."""
    return {
        "metrics": metrics_table(record, holdout),
        "folds": folds_table(record),
        "monthly_returns": months_table(equity),
    }


def experiment_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return every table of the experiment in `folder` by name; `holdout_equity` where it was opened.

    Raises WorkspaceError where the folder's files are missing or damaged.
    """
    record, holdout = load_experiment(folder), load_holdout(folder)
    equity, trades = read_series(folder)
    opened = read_holdout_equity(folder, holdout)
    tables = {"equity": _with_days(equity), "trades": _with_days(trades), **small_tables(record, equity, holdout)}
    return tables if opened is None else tables | {"holdout_equity": _with_days(opened)}


def as_csv(table: pd.DataFrame) -> str:
    """Return a table as CSV text."""
    return str(table.to_csv(index=False, lineterminator="\n"))


def as_records(tables: Mapping[str, pd.DataFrame]) -> dict[str, object]:
    """Return tables as lists of rows that JSON can hold; an undefined figure is None."""
    return {
        name: table.astype(object).where(table.notna(), None).to_dict("records") for name, table in tables.items()
    }


def _with_days(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with days as ISO text: a bar of a day has no hour."""
    return table.assign(ts=pd.to_datetime(table["ts"]).dt.strftime("%Y-%m-%d"))
