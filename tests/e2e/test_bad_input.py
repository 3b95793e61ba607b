"""Bad input: one line that says what is wrong, one that says what to do, exit code 1, and nothing lost."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from copilot.model.locate import locate_embedded
from tests.e2e.terminal import BIN, clean_environment


def run(*words: str, program: str = "slq") -> subprocess.CompletedProcess[str]:
    """Run a program of ours and return what it said."""
    command = [str(BIN / program), *words]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Return the error text, having checked its form."""
    assert done.returncode == 1, done.stdout
    said = done.stderr + ("" if done.stderr else done.stdout)
    assert "Traceback" not in said
    assert 1 <= len(said.strip().splitlines()) <= 6, said
    return " ".join(said.split())


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad") / "ws"
    done = run("--workspace", str(folder), "call", "ingest_data", '{"symbols": ["AAPL", "IBM"]}')
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize(
    ("tool", "args", "says"),
    [
        ("ingest_data", {"symbols": ["Appel"]}, "AAPL"),
        ("ingest_data", {"symbols": []}, "symbols"),
        ("ingest_data", {"symbols": ["IBM"], "start": "2010-02-01", "end": "2010-01-01"}, "2010"),
        ("ingest_data", {"symbols": ["IBM"], "start": "2019-01-01"}, "2013-03-01"),
        ("ingest_data", {"symbols": ["IBM"], "start": "2010-01-02", "end": "2010-01-03"}, "2010"),
        ("run_experiment", {"symbols": ["IBMM"]}, "IBM"),
        ("run_experiment", {"symbols": ["IBM"], "start": "2012-01-01", "end": "2011-01-01"}, "2011"),
        ("run_experiment", {"symbols": ["IBM"], "start": "2019-01-01"}, "2013-03-01"),
        ("run_experiment", {"symbols": ["IBM"], "start": "2012-06-01"}, "sealed"),
        ("run_experiment", {"symbols": ["MSFT"]}, "MSFT"),
        ("run_experiment", {"symbols": ["IBM"], "features": ["rssi_14"]}, "rsi"),
        ("run_experiment", {"symbols": ["IBM"], "horizon_days": 0}, "horizon_days"),
        ("query_data", {"sql": "delete from bars"}, "SELECT"),
        ("query_data", {"sql": "select 1; drop table bars"}, "one"),
        ("query_data", {"sql": "copy bars to '/tmp/x.csv'"}, "SELECT"),
        ("query_data", {"sql": "select * from read_csv('/etc/passwd')"}, ""),
        ("query_data", {"sql": "selct 1"}, "selct"),
        ("show_report", {"experiment": "exp_1999"}, "exp"),
        ("propose_trades", {"capital_usd": -5}, "capital_usd"),
        ("propose_trades", {}, "capital_usd"),
        ("nonsense", {}, "no tool"),
    ],
)
def test_a_wrong_call_is_one_clear_line(loaded: Path, tool: str, args: dict[str, object], says: str) -> None:
    said = complaint(run("--workspace", str(loaded), "call", tool, json.dumps(args)))
    assert says in said


def test_nothing_was_lost_by_all_that(loaded: Path) -> None:
    sql = json.dumps({"sql": "select count(*) from bars where symbol in ('AAPL', 'IBM')"})
    done = run("--workspace", str(loaded), "call", "query_data", sql)
    assert json.loads(done.stdout)["rows"] == [[6040]]  # of 6,540: the others are sealed
    assert run("--workspace", str(loaded), "audit", "verify").returncode == 0


@pytest.mark.parametrize("arguments", ["{", "[]", '"IBM"', "nonsense"])
def test_arguments_that_are_no_json_object(loaded: Path, arguments: str) -> None:
    assert "JSON" in complaint(run("--workspace", str(loaded), "call", "list_inventory", arguments))


def test_a_model_file_that_is_missing_or_is_no_model(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    with locate_embedded().open("rb") as source:
        cut.write_bytes(source.read(3_000_000))
    text = tmp_path / "text.gguf"
    text.write_text("not a model")
    for path, says in ((tmp_path / "none.gguf", "no model file"), (text, "not a GGUF"), (cut, "cannot be loaded")):
        done = run(
            "--workspace",
            str(tmp_path / "ws"),
            "--model",
            str(path),
            "-p",
            "what data do I have",
            program="slq-chat",
        )
        assert says in complaint(done)
        assert "--model" in done.stdout


@pytest.mark.parametrize(("name", "value"), [("SLQ_THREADS", "many"), ("SLQ_COMMISSION_BPS", "-1")])
def test_a_wrong_setting_names_the_variable(tmp_path: Path, name: str, value: str) -> None:
    done = subprocess.run(
        [str(BIN / "slq"), "--workspace", str(tmp_path / "ws"), "call", "list_inventory"],
        capture_output=True,
        text=True,
        check=False,
        env={**clean_environment(), name: value},
    )
    assert name in complaint(done)


def in_small_world(folder: Path, mount: str, *calls: str) -> list[subprocess.CompletedProcess[str]]:
    """Mount a file system of its own at `folder` for one shell, and run each of `calls` in it."""
    done = []
    for call in calls:
        script = f"mount -t tmpfs {mount} tmpfs {folder} && {BIN}/slq --workspace {folder}/ws {call}"
        command = ["unshare", "--mount", "--map-root-user", "sh", "-c", script]
        done.append(subprocess.run(command, capture_output=True, text=True, check=False, env=clean_environment()))
    return done


def can_mount(folder: Path) -> bool:
    """Tell whether this machine lets us mount a small file system."""
    if shutil.which("unshare") is None:
        return False
    command = ["unshare", "--mount", "--map-root-user", "mount", "-t", "tmpfs", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_full_disk_and_a_read_only_one(tmp_path: Path) -> None:
    if not can_mount(tmp_path):
        pytest.skip("needs the right to mount a small file system")
    ingest = 'call ingest_data \'{"symbols": ["AAPL", "IBM", "MSFT"]}\''
    (full,) = in_small_world(
        tmp_path, "-o size=2m", f"{ingest}; code=$?; {BIN}/slq --workspace {tmp_path}/ws audit verify; exit $code"
    )
    assert "intact" in full.stdout
    assert "disk is full" in full.stderr
    assert full.returncode == 1
    (read_only,) = in_small_world(tmp_path, "-o ro", ingest)
    assert "read-only" in complaint(read_only)
