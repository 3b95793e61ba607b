"""Killed, out of disk, or not alone while loading: every completed snapshot is whole, and its bytes are kept."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tools.ingest.raw import body_of, manifest
from tools.kernel.paths import Workspace
from tools.lake.store import open_lake

DAYS = 2_000
CHILD = """
import os, sys
from pathlib import Path
from types import MappingProxyType
sys.path.insert(0, {here!r})
from ingest_sources import Scripted, bars_of
from tools.ingest import registry
from tools.ingest.load import load
from tools.ingest.source import Request
from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context

vendor = Scripted("vendor")
registry.SOURCES = MappingProxyType({{"vendor": lambda ctx: vendor}})
context = Context(Workspace(Path({root!r})), Settings(_env_file=None))

def ingest(seed, days={days}):
    '''Load two symbols whose every price says which load it is of.'''
    level = 100.0 + seed
    flat = {{"open": level, "high": level, "low": level, "close": level}}
    vendor.bars = lambda symbol: bars_of(symbol, "vendor", days=days).assign(**flat)
    vendor.raw = {{symbol: f"{{symbol}} at {{level}}".encode() for symbol in ("A", "B")}}
    return load(context, Request(("A", "B")), "vendor").report
"""


def spawn(workspace: Workspace, body: str) -> subprocess.Popen[str]:
    """Start a process that runs `body` with an `ingest` at hand."""
    code = CHILD.format(here=str(Path(__file__).parent), root=str(workspace.root), days=DAYS) + textwrap.dedent(
        body
    )
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def check_whole(workspace: Workspace, since: int) -> int:
    """Check every snapshot after `since`: one load, whole, whose bytes are kept. Return the last one."""
    kept = {entry.sha256: body_of(workspace, entry) for entry in manifest(workspace)}
    assert all(hashlib.sha256(body).hexdigest() == name for name, body in kept.items())
    with open_lake(workspace) as lake:
        known = [snapshot.id for snapshot in lake.snapshots() if "ingest" in snapshot.message]
        for snapshot in [each for each in known if each > since][-3:]:
            held = lake.bars(["A", "B"], as_of=snapshot, adjust="none", sealed=False)
            assert len(held) == 2 * DAYS
            (level,) = held["close"].unique()
            for symbol in ("A", "B"):
                assert f"{symbol} at {level}".encode() in kept.values()
    return max(known, default=0)


@pytest.mark.parametrize("rounds", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_kill_at_random_moments(workspace, rounds):
    """A process with everything imported forks children that do nothing but load; each is killed at some moment."""
    chance = random.Random(rounds)
    nursery = """
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            for seed in range(int(line), 10_000_000):
                ingest(seed)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)
    """
    last = 0
    with spawn(workspace, nursery) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(rounds):
            process.stdin.write(f"{number * 1000}\n")
            process.stdin.flush()
            child = int(process.stdout.readline())
            time.sleep(chance.uniform(0.1, 1.5))
            os.kill(child, signal.SIGKILL)
            assert process.stdout.readline() == "gone\n"
            last = check_whole(workspace, last)
        process.stdin.close()
    assert last > 1


def test_full_disk(workspace):
    """No file may grow over a limit, as on a full disk: a load fails whole, in plain words, and can be repeated."""
    body = """
    import resource
    before = ingest(1, days=5).snapshot_id
    for limit in (10, 4096, 30_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            ingest(2)
        except WorkspaceError as error:
            print(error.message, "|", error.hint)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(ingest(2).snapshot_id - before)
    """
    with spawn(workspace, body) as process:
        assert process.stdout is not None
        *failures, last = process.stdout.read().splitlines()
    assert len(failures) == 3
    assert all(line.startswith("The disk is full while writing") for line in failures)
    assert last == "1"
    check_whole(workspace, 2)


def test_two_at_once(workspace):
    """Two processes load at the same time: each waits for the other, and nothing of either is lost."""
    body = """
    sys.stdin.readline()
    for seed in range({0}, {0} + 4):
        print(ingest(seed).changed_rows, flush=True)
    """
    with spawn(workspace, body.format(10)) as one, spawn(workspace, body.format(20)) as two:
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.stdout.read().splitlines() for process in (one, two) if process.stdout is not None]
    assert [len(lines) for lines in said] == [4, 4]
    check_whole(workspace, 0)
    with open_lake(workspace) as lake:
        assert sum("ingest" in snapshot.message for snapshot in lake.snapshots()) == 8
    assert len(list(manifest(workspace))) == 16
