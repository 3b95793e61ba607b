"""The raw store checked against its hashes, and cleared when asked to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tools.ingest.raw import Entry, keep, manifest
from tools.ingest.raw_upkeep import check_raw, fetched_before, forget_raw, of_symbol
from tools.ingest.source import Raw
from tools.kernel.paths import Workspace

NOW = datetime(2024, 5, 1, tzinfo=UTC)


def store(workspace: Workspace, *bodies: tuple[str, bytes], source: str = "yahoo", at: datetime = NOW) -> None:
    keep(workspace, source, [Raw(symbol, f"{symbol} {body!r}", "json", body) for symbol, body in bodies], at)


def files(workspace: Workspace) -> int:
    return len(list(workspace.raw.rglob("*.zst")))


def test_nothing_kept_is_nothing_wrong(workspace: Workspace) -> None:
    found = check_raw(workspace)
    assert (found.entries, found.files, found.torn_lines, found.faults) == (0, 0, 0, ())
    assert forget_raw(workspace, of_symbol("IBM", None)) == 0


def test_damage_is_named(workspace: Workspace) -> None:
    store(workspace, ("IBM", b"one"), ("AAPL", b"two"), ("MSFT", b"three"))
    assert check_raw(workspace).faults == ()
    paths = {entry.symbol: workspace.raw / entry.file for entry in manifest(workspace)}
    paths["IBM"].unlink()
    paths["AAPL"].write_bytes(b"garbage")
    paths["MSFT"].write_bytes(_other(workspace))
    faults = check_raw(workspace).faults
    assert [fault.split(" ", 1)[1].split(":")[0].split(" of")[0] for fault in faults] == [
        "is missing",
        "cannot be read",
        "is not what was downloaded",
    ]


def _other(workspace: Workspace) -> bytes:
    """Return a well-formed file of other content."""
    (entry,) = keep(workspace, "other", [Raw("GOOG", "GOOG", "json", b"four")], NOW)
    return (workspace.raw / entry.file).read_bytes()


def test_a_torn_last_line_is_counted(workspace: Workspace) -> None:
    store(workspace, ("IBM", b"one"))
    with (workspace.raw / "manifest.jsonl").open("a") as file:
        file.write('{"sha256": "ab')
    assert (check_raw(workspace).torn_lines, check_raw(workspace).entries) == (1, 1)


def test_files_that_others_name_stay(workspace: Workspace) -> None:
    store(workspace, ("IBM", b"same"), ("AAPL", b"same"), ("IBM", b"own"))
    assert forget_raw(workspace, of_symbol("IBM", "alpha_vantage")) == 0
    assert forget_raw(workspace, of_symbol("IBM", None)) == 1
    assert [entry.symbol for entry in manifest(workspace)] == ["AAPL"]
    assert (files(workspace), check_raw(workspace).faults) == (1, ())


def test_old_downloads_go(workspace: Workspace) -> None:
    store(workspace, ("IBM", b"old"), at=NOW - timedelta(days=90))
    store(workspace, ("IBM", b"new"))
    assert forget_raw(workspace, fetched_before(NOW - timedelta(days=30))) == 1
    (left,) = manifest(workspace)
    assert isinstance(left, Entry)
    assert (left.fetched_at, files(workspace)) == (NOW, 1)
