"""The lake with its catalogue on a real PostgreSQL server: the same lake, and several writers at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from lake_frames import NO_ACTIONS, make_action, make_bars
from postgres_server import find_binaries, postgres_server
from pydantic import SecretStr

from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace
from tools.lake.compact import compact
from tools.lake.diff import Changed, diff
from tools.lake.purge import Selection, purge
from tools.lake.store import lake_symbols, open_lake
from tools.lake.verify import verify

BINARIES = find_binaries()
pytestmark = [
    pytest.mark.skipif(BINARIES is None, reason="no PostgreSQL server is installed"),
    pytest.mark.skipif(
        find_spec("duckdb_extension_postgres_scanner") is None,
        reason="the extension postgres_scanner is not installed",
    ),
]

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from lake_frames import NO_ACTIONS, make_bars
from pydantic import SecretStr
from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace
from tools.lake.store import open_lake

workspace = Workspace(Path(sys.argv[2]), SecretStr(sys.argv[3]), sys.argv[4])
new = 0
for number in range(8):
    for attempt in range(20):
        try:
            with open_lake(workspace) as lake:
                own = lake.write_bars(make_bars(f"{sys.argv[5]}{number}", 20), NO_ACTIONS, message="own")
                both = lake.write_bars(make_bars(f"BOTH{number}", 20), NO_ACTIONS, message="both")
            break
        except WorkspaceError as error:
            print(error, file=sys.stderr)
    else:
        sys.exit("never got through")
    new += both.new_rows
print(new)
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    assert BINARIES is not None
    with postgres_server(BINARIES) as port:
        yield port


@pytest.fixture
def shared(port: int, workspace: Workspace, request: pytest.FixtureRequest) -> Workspace:
    """Return a workspace whose catalogue is in a database of its own."""
    name = f"slq_{abs(hash(request.node.name)) % 10**8}"
    assert BINARIES is not None
    subprocess.run(
        [BINARIES / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "slq", name],
        check=True,
        capture_output=True,
    )
    catalog = f"postgres:dbname={name} host=127.0.0.1 port={port} user=slq"
    return replace(workspace, lake_catalog=SecretStr(catalog), lake_files=str(workspace.data / "shared_files"))


def test_a_lake_on_a_server_is_the_same_lake(shared: Workspace) -> None:
    bars = make_bars("IBM", 30)
    restated = bars.tail(2).assign(volume=2000.0)
    with open_lake(shared) as lake:
        first = lake.write_bars(bars, make_action("IBM", "2020-01-05", "split", 2.0), message="first").snapshot_id
        second = lake.write_bars(restated, NO_ACTIONS, message="restated")
        assert second.changed_rows == 2
        assert lake.write_bars(restated, NO_ACTIONS, message="again").snapshot_id == second.snapshot_id
        assert diff(lake).changed == (Changed("bars", "IBM", 0, 2, 0),)
        pd.testing.assert_series_equal(lake.bars(["IBM"], as_of=first, adjust="none")["volume"], bars["volume"])
        assert lake.query("select count(*) from bars")[1] == ((30,),)
        assert verify(lake).ok
        assert lake.inventory()[0].rows == 30
        compact(lake, keep_days=None, now=lake.snapshots()[-1].time)
        assert verify(lake).ok
        assert purge(lake, Selection("IBM")).rows == {"bars": 30, "actions": 1}
        assert len(lake.bars(["IBM"], as_of=first)) == 30
    assert lake_symbols(shared) == ()
    assert not list(shared.lake.glob("*.ducklake"))


def test_two_processes_writing_at_once_lose_and_double_nothing(shared: Workspace, tmp_path: Path) -> None:
    with open_lake(shared) as lake:
        lake.write_bars(make_bars("IBM", 3), NO_ACTIONS, message="begin")
    script = tmp_path / "writer.py"
    script.write_text(WRITER)
    assert shared.lake_catalog is not None
    place = [
        str(Path(__file__).parent),
        str(shared.root),
        shared.lake_catalog.get_secret_value(),
        str(shared.lake_files),
    ]
    writers = [
        subprocess.Popen(
            [sys.executable, str(script), *place, name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for name in ("LEFT", "RIGHT")
    ]
    said = [writer.communicate(timeout=120) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], said
    with open_lake(shared) as lake:
        found = verify(lake)
        assert found.row_faults == (), said
        assert found.rows["bars"] == 3 + 8 * 20 * 3
        assert len(lake.symbols()) == 1 + 8 * 3
    assert sum(int(out) for out, _ in said) == 8 * 20  # each row was new for one of them only


def test_a_server_that_is_not_there(workspace: Workspace) -> None:
    catalog = SecretStr("postgres:dbname=slq host=127.0.0.1 port=1 user=slq password=hunter2")
    elsewhere = replace(workspace, lake_catalog=catalog, lake_files=str(workspace.data / "files"))
    with pytest.raises(WorkspaceError) as caught, open_lake(elsewhere) as lake:
        lake.snapshots()
    assert "hunter2" not in f"{caught.value}{caught.value.hint}{elsewhere}"
    assert not isinstance(caught.value, duckdb.Error)
