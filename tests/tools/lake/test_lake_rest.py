"""A lake that was read rests attached for a moment: nobody waits long for it, and nothing read is stale."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from lake_frames import NO_ACTIONS, make_bars

from tools.kernel.paths import Workspace
from tools.lake.rest import REST_SECONDS, Rest
from tools.lake.store import open_lake

WRITE = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from lake_frames import NO_ACTIONS, make_bars
from tools.kernel.paths import Workspace
from tools.lake.store import open_lake
with open_lake(Workspace(Path({root!r}))) as lake:
    lake.write_bars(make_bars("B"), NO_ACTIONS, message="from elsewhere")
"""


class Thing:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_kept_until_the_moment_is_over() -> None:
    rest: Rest[str, Thing] = Rest(threading.RLock(), seconds=0.05)
    first, second = Thing(), Thing()
    rest.put("a", first)
    assert rest.take("a") is first
    assert rest.take("a") is None
    rest.put("a", first)
    time.sleep(0.3)
    assert rest.take("a") is None
    assert first.closed == 1
    rest.put("a", first)
    rest.put("b", second)
    assert (first.closed, second.closed) == (2, 0)
    assert rest.take("a") is None
    assert second.closed == 1


def test_a_taken_thing_is_not_closed_by_the_old_timer() -> None:
    rest: Rest[str, Thing] = Rest(threading.RLock(), seconds=0.05)
    thing = Thing()
    rest.put("a", thing)
    assert rest.take("a") is thing
    time.sleep(0.2)
    assert thing.closed == 0


def test_another_process_writes_soon_after_a_read_and_its_rows_are_seen(workspace: Workspace) -> None:
    with open_lake(workspace) as lake:
        lake.write_bars(make_bars("A"), NO_ACTIONS, message="ours")
    with open_lake(workspace) as lake:
        assert lake.symbols() == ("A",)
    here = str(Path(__file__).parent)
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", WRITE.format(here=here, root=str(workspace.root))], check=True)
    assert time.perf_counter() - started < REST_SECONDS + 20
    with open_lake(workspace) as lake:
        assert lake.symbols() == ("A", "B")
        assert len(lake.bars(["B"])) == 5


def test_our_own_write_after_a_read_is_seen(workspace: Workspace) -> None:
    for number, name in enumerate("ABC", start=1):
        with open_lake(workspace) as lake:
            lake.write_bars(make_bars(name), NO_ACTIONS, message=name)
        with open_lake(workspace) as lake:
            assert len(lake.symbols()) == number
            assert set(lake.sources(list("ABC"))) == set("ABC"[:number])


def test_lakes_in_turn(tmp_path: Path) -> None:
    spaces = [Workspace(tmp_path / str(number)) for number in range(4)]
    for _ in range(3):
        for number, space in enumerate(spaces):
            with open_lake(space) as lake:
                lake.write_bars(make_bars(f"S{number}"), NO_ACTIONS, message="own")
            with open_lake(space) as lake:
                assert lake.symbols() == (f"S{number}",)


def test_a_write_between_reads_of_one_opening_is_seen(workspace: Workspace) -> None:
    with open_lake(workspace) as lake:
        before = lake.snapshot_id()
        assert lake.symbols() == ()
        lake.write_bars(make_bars("A"), NO_ACTIONS, message="a")
        assert lake.snapshot_id() == before + 1
        assert set(lake.sources(["A"])) == {"A"}
        lake.write_bars(make_bars("B"), NO_ACTIONS, message="b")
        assert lake.snapshot_id() == before + 2
        assert lake.symbols() == ("A", "B")
