"""The retention policy, provenance and purge log beside the lake."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace
from tools.lake.metadata import (
    Provenance,
    Purge,
    Retention,
    metadata_path,
    read_metadata,
    record_ingest,
    record_purge,
    set_retention,
)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def entry(symbol: str, snapshot: int, source: str = "sample") -> Provenance:
    return Provenance(
        symbol=symbol, interval="1d", source=source, ingested_at=NOON, data_snapshot=snapshot, rows=3, raw_files=1,
        raw_sha256=("ab" * 32,),
    )  # fmt: skip


def test_nothing_is_kept_of_a_policy_nobody_set(workspace: Workspace) -> None:
    assert read_metadata(workspace).retention == Retention(keep_snapshots_days=None, keep_raw_days=None)
    assert not metadata_path(workspace).exists()


def test_a_later_load_replaces_the_entry_of_the_same_series(workspace: Workspace) -> None:
    record_ingest(workspace, [entry("IBM", 2), entry("AAPL", 2)])
    record_ingest(workspace, [entry("IBM", 3), entry("IBM", 3, "yahoo")])
    found = [(each.symbol, each.source, each.data_snapshot) for each in read_metadata(workspace).provenance]
    assert found == [("AAPL", "sample", 2), ("IBM", "sample", 3), ("IBM", "yahoo", 3)]


def test_a_purge_is_logged_and_takes_the_provenance_along(workspace: Workspace) -> None:
    set_retention(workspace, Retention(keep_raw_days=30))
    record_ingest(workspace, [entry("IBM", 2), entry("AAPL", 2)])
    purge = Purge(
        purged_at=NOON, symbol="IBM", source=None, interval=None, before=None, rows={"bars": 3}, raw_files=0,
        data_snapshot=3,
    )  # fmt: skip
    record_purge(workspace, purge, gone=[entry("IBM", 2).key])
    found = read_metadata(workspace)
    assert found.purges == (purge,)
    assert [each.symbol for each in found.provenance] == ["AAPL"]
    assert found.retention.keep_raw_days == 30


@pytest.mark.parametrize("content", ["{", '{"version": 1, "surprise": 2}', '{"retention": {"keep_raw_days": 0}}'])
def test_a_damaged_file_is_not_overwritten(workspace: Workspace, content: str) -> None:
    metadata_path(workspace).write_text(content)
    with pytest.raises(WorkspaceError, match=r"metadata\.json"):
        record_ingest(workspace, [entry("IBM", 2)])
    assert metadata_path(workspace).read_text() == content
