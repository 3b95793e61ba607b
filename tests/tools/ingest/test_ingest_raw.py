"""The vendor's bytes: stored once, whole, and listed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.ingest.raw import MANIFEST, body_of, keep, manifest
from tools.ingest.source import Raw
from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def store(workspace, *bodies, request="q", source="vendor"):
    return keep(workspace, source, [Raw("A", request, "json", body) for body in bodies], NOW)


def test_same_bytes_are_one_file_and_a_line_a_request(workspace):
    store(workspace, b"x" * 1000)
    store(workspace, b"x" * 1000)
    store(workspace, b"x" * 1000, request="other")
    entries = list(manifest(workspace))
    assert [(entry.request, entry.bytes, entry.fetched_at) for entry in entries] == [
        ("q", 1000, NOW),
        ("other", 1000, NOW),
    ]
    (path,) = workspace.raw.rglob("*.zst")
    assert path.relative_to(workspace.raw).as_posix() == entries[0].file
    assert path.stat().st_size < 100


def test_a_torn_line_is_passed_over_and_ended(workspace):
    store(workspace, b"one")
    path = workspace.raw / MANIFEST
    whole = path.read_text()
    path.write_text(whole + whole[:40])
    store(workspace, b"two")
    assert [entry.bytes for entry in manifest(workspace)] == [3, 3]
    assert path.read_text().count("\n") == 3
    store(workspace, b"one", b"two")
    assert len(list(manifest(workspace))) == 2


def test_a_file_without_its_line_gets_one(workspace):
    """A crash between the two: the next load completes it."""
    store(workspace, b"one")
    (workspace.raw / MANIFEST).unlink()
    store(workspace, b"one")
    assert len(list(manifest(workspace))) == 1


def test_nothing_is_nothing(workspace):
    assert keep(workspace, "vendor", [], NOW) == ()
    assert list(manifest(workspace)) == []
    assert not workspace.raw.exists()


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(WorkspaceError, match="Cannot write"):
        store(Workspace(tmp_path), b"one")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(st.binary(max_size=300), min_size=1, max_size=5))
def test_every_body_comes_back(tmp_path_factory, bodies):
    workspace = Workspace(tmp_path_factory.mktemp("raw"))
    entries = store(workspace, *bodies)
    assert [body_of(workspace, entry) for entry in entries] == bodies
    assert {entry.sha256 for entry in manifest(workspace)} == {entry.sha256 for entry in entries}
