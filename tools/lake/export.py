"""Rows of the lake as a CSV or Parquet file, complete or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from tools.kernel.atomic import move_into_place
from tools.kernel.errors import BadRequest
from tools.kernel.paths import unwritable
from tools.lake.adjust import Adjust
from tools.lake.coverage import find_version
from tools.lake.store import Lake

FORMATS = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class Exported:
    """The file written, its rows and bytes, and the snapshot they are from."""

    path: Path
    rows: int
    size_bytes: int
    data_snapshot: int


def check_target(path: Path, *, force: bool) -> None:
    """Raise BadRequest for a format that is not offered, and for a file that exists unless `force`."""
    if path.suffix.lower() not in FORMATS:
        raise BadRequest(f"{path.name} is neither .csv nor .parquet.", hint="The ending of the name is the format.")
    if path.is_dir():
        raise BadRequest(f"{path} is a folder.", hint="Name a file in it.")
    if path.exists() and not force:
        raise BadRequest(f"{path} exists.", hint="Add --force to replace it, or choose another name.")


def export_bars(
    lake: Lake,
    symbols: Sequence[str],
    path: Path,
    *,
    interval: str = "1d",
    start: date | None = None,
    end: date | None = None,
    as_of: int | datetime | None = None,
    source: str | None = None,
    adjust: Adjust = "none",
    force: bool = False,
) -> Exported:
    """Write bars to `path` in the columns of `Lake.bars`: `ts` is naive UTC, prices raw unless `adjust` says more.

    The sealed holdout is written too: this is the owner's copy, not a step of research.

    Raises:
        BadRequest, NoData: as `Lake.bars` and `check_target`.
        WorkspaceError: the file cannot be written; a file that was there before stays as it was.
    """
    check_target(path, force=force)
    version = lake.snapshot_id() if as_of is None else find_version(lake.snapshots(), as_of)
    frame = lake.bars(
        symbols,
        interval=interval,
        start=start,
        end=end,
        as_of=version,
        source=source,
        adjust=adjust,
        sealed=False,
    )
    write_table(frame, path)
    return Exported(path.resolve(), len(frame), path.stat().st_size, version)


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write `frame` as CSV or Parquet beside `path`, then give it its name. Raises WorkspaceError."""
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            if path.suffix.lower() == ".csv":
                frame.to_csv(file, index=False)
            else:
                frame.to_parquet(file, index=False)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise unwritable(path, error) from error
    move_into_place(temporary, path)
