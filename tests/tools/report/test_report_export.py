"""Exported tables hold what the folder holds, at full precision, and overwrite nothing unasked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_variants import make_rule, open_holdout

from tools.backtest.folder import load_experiment
from tools.kernel.errors import BadRequest
from tools.report.export_files import write_export

NAMES = {"equity", "trades", "metrics", "folds", "monthly_returns"}


def test_csv_files_hold_the_tables(experiment_folder: Path, tmp_path: Path) -> None:
    written = write_export(experiment_folder, tmp_path, "csv")
    tables = {path.stem: pd.read_csv(path) for path in written}
    record = load_experiment(experiment_folder)
    assert tables.keys() == NAMES
    equity = pd.read_parquet(experiment_folder / "equity.parquet")
    np.testing.assert_allclose(tables["equity"]["strategy"], equity["strategy"], rtol=1e-14)
    assert tables["equity"]["ts"].tolist() == list(equity["ts"].dt.strftime("%Y-%m-%d"))
    assert len(tables["trades"]) == record.orders
    assert len(tables["folds"]) == len(record.folds)
    metrics = tables["metrics"].set_index(["period", "series", "metric"])
    assert float(metrics.loc[("walk_forward", "strategy", "cagr"), "value"]) == pytest.approx(
        record.oos.cagr, rel=1e-14
    )
    assert metrics.loc[("walk_forward", "strategy", "cagr"), "unit"] == "fraction"


def test_json_is_one_file_with_the_record(experiment_folder: Path, tmp_path: Path) -> None:
    open_holdout(experiment_folder)
    (path,) = write_export(experiment_folder, tmp_path, "json")
    whole = json.loads(path.read_text())
    assert whole["tables"].keys() == NAMES | {"holdout_equity"}
    assert whole["record"]["experiment"] == experiment_folder.name
    assert whole["holdout"]["family"] == "fam_0123456789"
    assert {row["period"] for row in whole["tables"]["metrics"]} == {"walk_forward", "holdout"}


def test_a_rule_has_an_empty_table_of_folds(experiment_folder: Path, tmp_path: Path) -> None:
    make_rule(experiment_folder)
    folds = next(path for path in write_export(experiment_folder, tmp_path, "csv") if path.stem == "folds")
    assert folds.read_text().startswith("number,train_start")
    assert len(pd.read_csv(folds)) == 0


def test_nothing_is_overwritten_unasked(experiment_folder: Path, tmp_path: Path) -> None:
    first = write_export(experiment_folder, tmp_path, "csv")
    first[-1].write_text("mine")
    with pytest.raises(BadRequest, match="exists"):
        write_export(experiment_folder, tmp_path, "csv")
    assert first[-1].read_text() == "mine"
    write_export(experiment_folder, tmp_path, "csv", force=True)
    assert first[-1].read_text() != "mine"
