"""Housekeeping of the lake: old states let go by the retention policy, small files merged, dead files deleted.

Merging changes no row of any state. A state goes only where the policy in `data/metadata.json` says so, and of the
states before the limit the newest stays: it is what was known on the day of the limit. `as_of` an earlier moment is
an error from then on. Without a policy no state ever goes.

With the catalogue on a server other processes may be at work: there files are deleted only a day after they were
last needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tools.lake.coverage import Snapshot
from tools.lake.store import Lake
from tools.lake.transaction import transaction

SAFE_AGE = "older_than => now() - INTERVAL 1 DAY"
AT_ONCE = "cleanup_all => true"
MERGES = (
    "CALL ducklake_flush_inlined_data('lake')",
    "CALL ducklake_rewrite_data_files('lake')",
    "CALL ducklake_merge_adjacent_files('lake')",
)


@dataclass(frozen=True, slots=True)
class Compacted:
    """What there was, what there is now, and the states that went.

    `oldest` is the oldest state that is kept; files and bytes are None where they are in a bucket.
    """

    files_before: int | None
    files_after: int | None
    size_bytes_before: int | None
    size_bytes_after: int | None
    expired: tuple[int, ...]
    oldest: Snapshot


def compact(lake: Lake, *, keep_days: int | None, now: datetime) -> Compacted:
    """Apply the retention policy (`keep_days`; None keeps every state), then merge and clean up.

    Raises WorkspaceError: in use by another process, read-only, disk full.
    """
    known = lake.snapshots()
    expired = to_expire(known, keep_days=keep_days, now=now)
    before = _on_disk(lake)
    age = SAFE_AGE if lake.place.file is None else AT_ONCE
    with lake.writer() as conn:
        if expired:
            conn.execute(f"CALL ducklake_expire_snapshots('lake', versions => {list(expired)})")
        with transaction(conn, "compact: files merged, no value changed"):
            for statement in MERGES:
                conn.execute(statement)
        conn.execute(f"CALL ducklake_cleanup_old_files('lake', {age})")
        conn.execute(f"CALL ducklake_delete_orphaned_files('lake', {age})")
    after = _on_disk(lake)
    return Compacted(
        files_before=before and before[0],
        files_after=after and after[0],
        size_bytes_before=before and before[1],
        size_bytes_after=after and after[1],
        expired=expired,
        oldest=lake.snapshots()[0],
    )


def to_expire(known: Sequence[Snapshot], *, keep_days: int | None, now: datetime) -> tuple[int, ...]:
    """Return the numbers of the states to let go, of `known`, oldest first; never the last one.

    The newest state from before the limit is kept: every moment within `keep_days` then still has its answer.
    """
    if keep_days is None:
        return ()
    old = [snapshot.id for snapshot in known if snapshot.time <= now - timedelta(days=keep_days)]
    return tuple(old[:-1])


def _on_disk(lake: Lake) -> tuple[int, int] | None:
    if "://" in lake.place.files:
        return None
    sizes = [path.stat().st_size for path in Path(lake.place.files).rglob("*.parquet")]
    return len(sizes), sum(sizes)
