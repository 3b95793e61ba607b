"""Changes of the lake from the shell, each with an intent on the audit log before it and a result after it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from copilot.app import open_app
from tools.features.registry import forget
from tools.ingest.raw_upkeep import fetched_before, forget_raw, of_symbol
from tools.kernel.errors import SLQError
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.lake.compact import Compacted, compact
from tools.lake.metadata import Purge, Retention, read_metadata, record_purge, set_retention
from tools.lake.purge import Selection, purge
from tools.lake.store import open_lake

if TYPE_CHECKING:
    from copilot.audit import AuditLog


def apply_purge(settings: Settings, workspace: Workspace, selection: Selection, *, raw: bool) -> Purge:
    """Remove `selection`, the files of a feature, and the vendor's files where `raw`; note it in the metadata.

    Raises NoData where there is no such row, WorkspaceError where something cannot be written.
    """
    read_metadata(workspace)  # a damaged file is an error before anything is removed
    with (
        open_app(settings, workspace) as slq,
        _recorded(slq.log, "data_purge", {**dataclasses.asdict(selection), "raw": raw}) as details,
    ):
        with open_lake(workspace) as lake:
            done = purge(lake, selection)
        if "features" in done.rows:
            forget(workspace, selection.symbol)
        files = forget_raw(workspace, of_symbol(selection.symbol, selection.source)) if raw else 0
        entry = Purge(
            purged_at=datetime.now(UTC),
            symbol=selection.symbol,
            source=selection.source,
            interval=selection.interval,
            before=selection.before,
            rows=done.rows,
            raw_files=files,
            data_snapshot=done.data_snapshot,
        )
        record_purge(workspace, entry, gone=done.gone)
        details.update(rows=done.rows, raw_files=files, data_snapshot=done.data_snapshot)
    return entry


def apply_retention(settings: Settings, workspace: Workspace, policy: Retention) -> tuple[Compacted, int]:
    """Store `policy`, apply it, merge and clean up; return what came of it and how many raw files went."""
    now = datetime.now(UTC)
    with open_app(settings, workspace) as slq, _recorded(slq.log, "data_compact", policy.model_dump()) as details:
        set_retention(workspace, policy)
        with open_lake(workspace) as lake:
            done = compact(lake, keep_days=policy.keep_snapshots_days, now=now)
        files = 0
        if policy.keep_raw_days is not None:
            files = forget_raw(workspace, fetched_before(now - timedelta(days=policy.keep_raw_days)))
        details.update(expired=list(done.expired), raw_files=files)
    return done, files


@contextmanager
def _recorded(log: AuditLog, tool: str, args: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Record the block; what it adds to the dict goes with its result."""
    call_id = log.intent(tool, args)
    details: dict[str, Any] = {}
    try:
        yield details
    except SLQError as error:
        log.result(call_id, "failed", details={"message": error.message})
        raise
    except KeyboardInterrupt:
        log.result(call_id, "cancelled")
        raise
    log.result(call_id, "ok", details=details)
