"""Crashes, full disks, second writers: what a start finds, repairs or refuses."""

from __future__ import annotations

import collections
import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.audit import AuditLog, append, read_records, verify
from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from copilot.audit import AuditLog
from tools.kernel.paths import Workspace
with AuditLog.open(Workspace(Path(sys.argv[1])), run_id="child") as log:
    print("open", flush=True)
    while True:
        call_id = log.intent("query_data", {"sql": "select 1"})
        print(call_id, flush=True)
        log.result(call_id, "ok")
"""


@contextlib.contextmanager
def writer(root: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that appends until it is killed."""
    command = [sys.executable, "-c", WRITER, str(root)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def small_log(root: Path) -> bytes:
    workspace = Workspace(root)
    with AuditLog.open(workspace, run_id="r") as log:
        log.result(log.intent("query_data", {"sql": "select 1"}), "ok")
        log.intent("query_data", {"sql": "select 2"})
    return workspace.audit_log.read_bytes()


def test_a_log_cut_at_any_byte_opens_again(tmp_path: Path) -> None:
    data = small_log(tmp_path / "first")
    workspace = Workspace(tmp_path / "cut")
    workspace.create()
    for cut in range(len(data) + 1):
        workspace.audit_log.write_bytes(data[:cut])
        whole = data[:cut].count(b"\n")
        torn = data[:cut].rpartition(b"\n")[2]
        AuditLog.open(workspace, run_id="again").close()
        assert verify(workspace.audit_log).ok
        assert workspace.audit_log.read_bytes().startswith(data[: cut - len(torn)])
        added = [entry.body for entry in read_records(workspace.audit_log)][whole:]
        recovered = [body for body in added if body.kind == "recovery" and body.status == "torn_line_set_aside"]
        assert len(recovered) == (1 if torn else 0)
        for body in recovered:
            assert body.args_redacted is not None
            name = body.args_redacted["set_aside"]
            assert workspace.audit_log.with_name(name).read_bytes() == torn


def test_a_changed_record_stops_the_writer_and_is_named(tmp_path: Path) -> None:
    data = small_log(tmp_path)
    path = Workspace(tmp_path).audit_log
    path.write_bytes(data.replace(b"select 1", b"select 9") + b"torn")
    before = path.read_bytes()
    with pytest.raises(WorkspaceError, match="record 2"):
        AuditLog.open(Workspace(tmp_path), run_id="r")
    assert path.read_bytes() == before
    path.write_bytes(data)
    AuditLog.open(Workspace(tmp_path), run_id="r").close()


def test_an_orphan_is_announced_once(tmp_path: Path) -> None:
    small_log(tmp_path)
    with AuditLog.open(Workspace(tmp_path), run_id="second") as log:
        assert [(o.call_id, o.tool, o.args_redacted) for o in log.orphans] == [
            ("c4", "query_data", {"sql": "select 2"})
        ]
    *_, last = read_records(Workspace(tmp_path).audit_log)
    assert (last.body.kind, last.body.call_id, last.body.status) == ("recovery", "c4", "interrupted")
    with AuditLog.open(Workspace(tmp_path), run_id="third") as log:
        assert log.orphans == ()


def test_a_lost_redaction_key_is_replaced_and_recorded(tmp_path: Path) -> None:
    small_log(tmp_path)
    key = Workspace(tmp_path).audit_log.with_suffix(".key")
    old = key.read_bytes()
    key.unlink()
    AuditLog.open(Workspace(tmp_path), run_id="r").close()
    assert key.read_bytes() != old
    statuses = [entry.body.status for entry in read_records(Workspace(tmp_path).audit_log)]
    assert "redaction_key_replaced" in statuses


def test_a_killed_writer_leaves_a_good_log_with_every_announced_intent(tmp_path: Path) -> None:
    rng = random.Random(5)
    path = Workspace(tmp_path).audit_log
    announced: set[str] = set()
    for _ in range(20):
        with writer(tmp_path) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            time.sleep(rng.uniform(0, 0.03))
            process.send_signal(signal.SIGKILL)
            announced |= set(process.stdout.read().rpartition("\n")[0].split())
    with AuditLog.open(Workspace(tmp_path), run_id="last") as log:
        assert len(log.orphans) <= 1
    assert verify(path).ok
    bodies = [entry.body for entry in read_records(path)]
    intents = {body.call_id for body in bodies if body.kind == "intent"}
    ended = [body.call_id for body in bodies if body.kind in {"result", "recovery"} and body.call_id]
    assert len(announced) > 20
    assert announced <= intents
    assert sorted(ended) == sorted(intents)


def test_a_second_process_is_told_who_holds_the_workspace(tmp_path: Path) -> None:
    with writer(tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(WorkspaceError) as caught:
            AuditLog.open(Workspace(tmp_path), run_id="r")
    assert caught.value.message == f"Another SLQ (process {process.pid}) is using this workspace."
    assert caught.value.hint == "Close it, or choose another workspace with --workspace PATH."
    AuditLog.open(Workspace(tmp_path), run_id="r").close()


def test_opening_twice_in_one_process_is_refused_and_harmless(tmp_path: Path) -> None:
    with AuditLog.open(Workspace(tmp_path), run_id="r") as log:
        with pytest.raises(WorkspaceError, match=f"process {os.getpid()}"):
            AuditLog.open(Workspace(tmp_path), run_id="r")
        log.checkpoint()
    log.close()
    with pytest.raises(WorkspaceError, match="it is closed"):
        log.checkpoint()


@contextlib.contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Let no file of this process grow past `size`: the system writes what fits, then fails, as on a full disk."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("room", [0, 1, 100])
def test_a_short_write_is_cut_back_and_ends_writing(tmp_path: Path, room: int) -> None:
    path = Workspace(tmp_path).audit_log
    with AuditLog.open(Workspace(tmp_path), run_id="r") as log:
        log.checkpoint()
        good, head = path.read_bytes(), log.head
        with file_size_limit(len(good) + room), pytest.raises(WorkspaceError, match="disk is full"):
            log.intent("query_data", {"sql": "select 1"})
        assert path.read_bytes() == good
        with pytest.raises(WorkspaceError, match="takes no more records"):
            log.checkpoint()
        assert log.head == head
    assert path.read_bytes() == good
    with AuditLog.open(Workspace(tmp_path), run_id="r") as log:
        assert log.orphans == ()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting needs root")
def test_a_full_disk_leaves_no_torn_line(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("cannot mount here")
    try:
        path = Workspace(disk).audit_log
        with AuditLog.open(Workspace(disk), run_id="r") as log:
            with pytest.raises(WorkspaceError, match="disk is full"):
                collections.deque((log.checkpoint() for _ in range(10_000)), maxlen=0)
            with pytest.raises(WorkspaceError, match="takes no more records"):
                log.checkpoint()
        assert verify(path).ok
        assert path.stat().st_size > 30_000
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_failed_flush_is_not_retried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def fail(fd: int) -> None:
        calls.append(fd)
        raise OSError(5, "Input/output error")

    with AuditLog.open(Workspace(tmp_path), run_id="r") as log:
        monkeypatch.setattr(append, "flush", fail)
        with pytest.raises(WorkspaceError, match="Input/output error"):
            log.intent("query_data", {})
        for _ in range(3):
            with pytest.raises(WorkspaceError, match="takes no more records"):
                log.checkpoint()
    assert len(calls) == 1


@pytest.mark.parametrize("moment", ["write", "flush"])
def test_an_interrupt_between_write_and_bookkeeping_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    module, name = (append.os, "write") if moment == "write" else (append, "flush")
    real = getattr(module, name)

    def interrupted(*args: object) -> None:
        real(*args)
        raise KeyboardInterrupt

    with AuditLog.open(Workspace(tmp_path), run_id="r") as log:
        with monkeypatch.context() as patch:
            patch.setattr(module, name, interrupted)
            with pytest.raises(KeyboardInterrupt):
                log.intent("query_data", {})
        log.checkpoint()
        head = log.head
    found = verify(Workspace(tmp_path).audit_log)
    assert (found.ok, found.records, found.head) == (True, 3, head)


def test_a_log_changed_while_open_takes_no_more_records(tmp_path: Path) -> None:
    path = Workspace(tmp_path).audit_log
    with AuditLog.open(Workspace(tmp_path), run_id="r") as log:
        with path.open("ab") as file:
            file.write(b"{}\n")
        with pytest.raises(WorkspaceError, match="Another program changed"):
            log.checkpoint()
    with pytest.raises(WorkspaceError, match="record 2"):
        AuditLog.open(Workspace(tmp_path), run_id="r")


def test_a_workspace_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceError, match="Cannot write"):
        AuditLog.open(Workspace(tmp_path / "file"), run_id="r")
