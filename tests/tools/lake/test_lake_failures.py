"""Crashes, full disks, damage and other processes: one plain line, and nothing stored is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from lake_frames import NO_ACTIONS, make_bars

from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace
from tools.lake import engine
from tools.lake.engine import CATALOG, drop_engine, place_of
from tools.lake.store import open_lake

PRELUDE = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from lake_frames import NO_ACTIONS, make_bars
from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace
from tools.lake.store import open_lake
workspace = Workspace(Path({root!r}))
"""
ROWS = 20_000


def spawn(workspace: Workspace, body: str) -> subprocess.Popen[str]:
    here = str(Path(__file__).parent)
    code = PRELUDE.format(here=here, root=str(workspace.root)) + textwrap.dedent(body)
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_kill_while_a_lake_is_made(tmp_path):
    """A child makes one empty lake after another and is killed: every folder opens as an empty lake."""
    maker = f"""
    print("ready", flush=True)
    for number in range(1000):
        with open_lake(Workspace(Path({str(tmp_path)!r}) / str(number))):
            pass
    """
    with spawn(Workspace(tmp_path), maker) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(1.0)
        os.kill(child.pid, signal.SIGKILL)
    made = sorted(tmp_path.iterdir(), key=lambda path: int(path.name))
    for path in made[-3:]:
        with open_lake(Workspace(path)) as lake:
            assert lake.inventory() == []


def test_full_disk(workspace):
    """No file may grow over a limit, as on a full disk: the write fails whole, the rest stays and goes on."""
    with open_lake(workspace) as lake:
        before = lake.write_bars(make_bars("IBM"), NO_ACTIONS, message="small").snapshot_id
    body = """
    import resource
    big = make_bars("A", 100_000, start="1700-01-01")
    with open_lake(workspace) as lake:
        for limit in (4096, 100_000, 300_000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            try:
                lake.write_bars(big, NO_ACTIONS, message="big")
            except WorkspaceError as error:
                print(error.message, "|", error.hint)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print(lake.snapshot_id(), len(lake.bars(["IBM"])))
        print(lake.write_bars(big, NO_ACTIONS, message="big").new_rows)
    """
    with spawn(workspace, body) as child:
        assert child.stdout is not None
        *failures, kept, added = child.stdout.read().splitlines()
    assert len(failures) == 3
    assert all(line.startswith("The disk is full while writing") for line in failures)
    assert (kept, added) == (f"{before} 5", "100000")
    with open_lake(workspace) as lake:
        assert lake.snapshot_id() == before + 1


def test_two_processes(workspace, monkeypatch):
    """Both may read at once; while one writes the other waits a little and is then told."""
    monkeypatch.setattr(engine, "LOCK_WAIT_SECONDS", 0.2)
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("AAPL"), NO_ACTIONS, message="x")
    other = """
    from tools.lake.engine import attach, new_engine, place_of
    with open_lake(workspace) as lake:
        print(len(lake.bars(["AAPL"])), flush=True)
        sys.stdin.readline()
    conn = new_engine()
    attach(conn, place_of(workspace), read_only=False)
    print("writing", flush=True)
    sys.stdin.readline()
    """
    with spawn(workspace, other) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        with open_lake(workspace) as lake:
            assert lake.inventory()[0].rows == 5
            assert child.stdout.readline() == "5\n"
        child.stdin.write("go on\n")
        child.stdin.flush()
        assert child.stdout.readline() == "writing\n"
        with open_lake(workspace) as lake, pytest.raises(WorkspaceError, match="in use by another SLQ"):
            lake.snapshots()
        child.kill()
    with open_lake(workspace) as lake:
        assert len(lake.snapshots()) == 2


@pytest.mark.parametrize("damage", ["header", "cut", "text", "empty", "middle"])
def test_a_damaged_catalogue(workspace, damage):
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("AAPL"), NO_ACTIONS, message="x")
    drop_engine(place_of(workspace))
    catalog = workspace.lake / CATALOG
    whole = catalog.read_bytes()
    catalog.write_bytes(
        {
            "header": bytes(4096) + whole[4096:],
            "cut": whole[: len(whole) // 2],
            "text": b"hello",
            "empty": b"",
            "middle": whole[:13_000] + bytes(60_000) + whole[73_000:],
        }[damage]
    )
    for _ in range(2):
        with pytest.raises(WorkspaceError, match="missing or damaged") as failed, open_lake(workspace) as lake:
            lake.bars(["AAPL"])
        assert "backup" in failed.value.hint
    catalog.write_bytes(whole)
    with open_lake(workspace) as lake:
        assert len(lake.bars(["AAPL"])) == 5


def test_a_missing_data_file(workspace):
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("AAPL", 500), NO_ACTIONS, message="x")
    for path in workspace.lake.rglob("*.parquet"):
        path.unlink()
    with open_lake(workspace) as lake, pytest.raises(WorkspaceError, match="missing or damaged"):
        lake.bars(["AAPL"])


def test_a_workspace_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WorkspaceError, match="Cannot write"), open_lake(Workspace(tmp_path / "file")):
        pass
