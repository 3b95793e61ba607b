"""`data/metadata.json`: how long things are kept, where each series came from last, and what was purged.

It is written after the fact, beside the lake: the lake's own snapshots are the truth about its rows. A crash
between a write to the lake and this file leaves an older entry here, which the next load replaces. The retention
policy is the user's: nothing is deleted until `slq data compact` applies it, and without one everything is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from pydantic import Field, ValidationError

from tools.kernel.atomic import write_atomic
from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace
from tools.kernel.types import Count, Record

FILE = "metadata.json"
RAW_LISTED = 20


class Retention(Record):
    """How many days old snapshots and raw downloads are kept; None is for ever."""

    keep_snapshots_days: int | None = Field(default=None, ge=1)
    keep_raw_days: int | None = Field(default=None, ge=1)


class Provenance(Record):
    """Where the rows of one symbol in one table last came from.

    `interval` is "" for tables without one. `raw_sha256` names the vendor's files behind that load, at most
    `RAW_LISTED` of `raw_files`.
    """

    symbol: str
    table: str = "bars"
    interval: str = ""
    source: str
    ingested_at: datetime
    data_snapshot: int
    rows: Count
    raw_files: Count = 0
    raw_sha256: tuple[str, ...] = Field(default=(), max_length=RAW_LISTED)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What an entry is about; a later load of the same replaces it."""
        return self.symbol, self.table, self.interval, self.source


class Purge(Record):
    """What one purge removed: rows by table, and files of the raw store."""

    purged_at: datetime
    symbol: str
    source: str | None
    interval: str | None
    before: date | None
    rows: dict[str, int]
    raw_files: Count
    data_snapshot: int


class Metadata(Record):
    """The whole file."""

    version: int = 1
    retention: Retention = Retention()
    provenance: tuple[Provenance, ...] = ()
    purges: tuple[Purge, ...] = ()


def metadata_path(workspace: Workspace) -> Path:
    """Return where the metadata of `workspace` is kept."""
    return workspace.data / FILE


def read_metadata(workspace: Workspace) -> Metadata:
    """Return the metadata; the defaults where there is no file yet. Raises WorkspaceError where it is damaged."""
    path = metadata_path(workspace)
    try:
        return Metadata.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Metadata()
    except (OSError, ValidationError) as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.strerror
        raise WorkspaceError(
            f"{path} cannot be read: {why}.",
            hint="Correct it, or move it away: the lake is not affected, and each load writes its provenance anew.",
        ) from error


def record_ingest(workspace: Workspace, entries: Iterable[Provenance]) -> None:
    """Note where series came from; an entry with the same key replaces the older one. Raises WorkspaceError."""
    known = read_metadata(workspace)
    merged = {entry.key: entry for entry in (*known.provenance, *entries)}
    ordered = tuple(merged[key] for key in sorted(merged))
    _write(workspace, known.model_copy(update={"provenance": ordered}))


def record_purge(workspace: Workspace, purge: Purge, *, gone: Iterable[tuple[str, str, str, str]]) -> None:
    """Note a purge, and drop the provenance of series of which nothing is left (`gone`, their keys)."""
    known = read_metadata(workspace)
    keys = frozenset(gone)
    kept = tuple(entry for entry in known.provenance if entry.key not in keys)
    _write(workspace, known.model_copy(update={"provenance": kept, "purges": (*known.purges, purge)}))


def set_retention(workspace: Workspace, retention: Retention) -> None:
    """Store the retention policy. Raises WorkspaceError."""
    _write(workspace, read_metadata(workspace).model_copy(update={"retention": retention}))


def _write(workspace: Workspace, metadata: Metadata) -> None:
    text = json.dumps(metadata.model_dump(mode="json"), indent=1, ensure_ascii=False)
    write_atomic(metadata_path(workspace), text.encode() + b"\n")
