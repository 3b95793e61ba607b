"""An experiment's tables as files: a folder of CSV files or one JSON file, each written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from tools.backtest.folder import load_experiment, load_holdout
from tools.kernel.atomic import write_atomic
from tools.kernel.errors import BadRequest
from tools.report.export import as_csv, as_records, experiment_tables

Format = Literal["csv", "json"]


def write_export(folder: Path, out: Path, form: Format, *, force: bool = False) -> tuple[Path, ...]:
    """Write the tables of the experiment in `folder` below `out` and return the files.

    CSV: `<out>/<experiment>/<table>.csv`. JSON: `<out>/<experiment>.json` with the record, the holdout where it was
    opened, and the tables as lists of rows.

    Raises:
        BadRequest: a file exists and `force` is not set; nothing is written then.
        WorkspaceError: the experiment cannot be read, or a file cannot be written.
    """
    contents = _csv_files(folder, out) if form == "csv" else _json_file(folder, out)
    taken = [path for path in contents if path.exists()]
    if taken and not force:
        raise BadRequest(f"{taken[0]} exists.", hint="Name another folder with --out, or replace it with --force.")
    for path, text in contents.items():
        write_atomic(path, text.encode())
    return tuple(contents)


def _csv_files(folder: Path, out: Path) -> dict[Path, str]:
    tables = experiment_tables(folder)
    return {out / folder.name / f"{name}.csv": as_csv(table) for name, table in tables.items()}


def _json_file(folder: Path, out: Path) -> dict[Path, str]:
    holdout = load_holdout(folder)
    whole = {
        "record": load_experiment(folder).model_dump(mode="json"),
        "holdout": None if holdout is None else holdout.model_dump(mode="json"),
        "tables": as_records(experiment_tables(folder)),
    }
    text = json.dumps(whole, default=str, allow_nan=False, ensure_ascii=False)  # what is left are days: ISO text
    return {out / f"{folder.name}.json": text + "\n"}
