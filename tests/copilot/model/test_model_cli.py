"""`slq model` from a real shell: listed, pulled across a killed process, chosen, gone back from, and measured."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hub_server import Hub, serving

from copilot.model.registry import KNOWN, find_known
from copilot.model_bench import REQUESTS, measure_in_child
from tests.e2e.terminal import clean_environment
from tools.kernel.errors import BadRequest, ModelError
from tools.kernel.settings import Settings

UNPINNED = find_known("functiongemma-270m")  # the one whose hash is taken from the hub: any content will do
SLQ = Path(sys.executable).parent / "slq"
Run = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    content = struct.pack("<4sIQQ", b"GGUF", 3, 0, 0) + bytes(UNPINNED.size_bytes - 24)
    with serving(Hub(content)) as running:
        yield running


def environment(hub: Hub, folder: Path) -> dict[str, str]:
    return clean_environment() | {
        "SLQ_HUB": hub.url,
        "SLQ_MODELS": str(folder / "models"),
        "SLQ_WORKSPACE": str(folder / "workspace"),
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture
def slq(hub: Hub, tmp_path: Path) -> Callable[..., Run]:
    def run(*words: str) -> Run:
        return subprocess.run(
            [str(SLQ), "model", *words],
            cwd=tmp_path,
            env=environment(hub, tmp_path),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def rows(done: Run) -> dict[str, dict[str, object]]:
    assert done.returncode == 0, done.stderr
    return {row["name"]: row for row in json.loads(done.stdout)}


def test_every_known_model_is_named_once_and_pinned_to_a_commit() -> None:
    assert len({model.name for model in KNOWN}) == len(KNOWN)
    assert len({(model.repo, model.file) for model in KNOWN}) == len(KNOWN)
    assert [model.name for model in KNOWN if model.sha256 is None] == [UNPINNED.name]
    assert all(model.size_bytes < model.memory_bytes(4096) < 8e9 for model in KNOWN)
    with pytest.raises(BadRequest, match="No model is called") as caught:
        find_known("gpt-5")
    assert "qwen3-4b" in caught.value.hint


def test_the_list_says_what_each_takes(slq: Callable[..., Run]) -> None:
    listed = rows(slq("list", "--json"))
    assert (listed["embedded"]["state"], listed["embedded"]["in_use"]) == ("embedded", True)
    assert listed["qwen3-8b"]["state"] == "not pulled"
    table = slq("list").stdout
    for words in ("qwen3-4b", "2.50 GB", "Llama 3.2 Community", "embedded, in use"):
        assert words in table


def test_nothing_is_fetched_unasked(slq: Callable[..., Run], hub: Hub) -> None:
    before = len(hub.asked)
    done = slq("pull", "qwen3-4b")
    assert done.returncode == 1
    assert "2.50 GB over the network" in done.stdout
    assert "Licence: Apache-2.0" in done.stdout
    assert "Nothing was fetched" in done.stderr
    assert len(hub.asked) == before


def test_a_killed_pull_goes_on_and_the_model_is_chosen(slq: Callable[..., Run], hub: Hub, tmp_path: Path) -> None:
    before, hub.cuts = len(hub.stored), [10_000_000]
    killed = subprocess.Popen(
        [str(SLQ), "model", "pull", UNPINNED.name, "--yes"],
        cwd=tmp_path,
        env=environment(hub, tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while len(hub.stored) < before + 2 and killed.poll() is None:
        time.sleep(0.02)
    killed.kill()
    killed.wait()
    hub.cuts = []
    assert rows(slq("list", "--json"))[UNPINNED.name]["state"] == "part pulled"
    refused = slq("use", UNPINNED.name)
    assert (refused.returncode, "is not pulled" in refused.stderr) == (1, True)

    done = slq("pull", UNPINNED.name, "--yes")
    assert done.returncode == 0, done.stderr
    assert hub.starts[-1] >= 1_000_000
    assert "SLQ knows no sha256" in done.stdout
    assert hashlib.sha256(hub.content).hexdigest() in done.stdout
    assert "stated by the hub" in done.stdout

    env = tmp_path / ".env"
    env.write_bytes(b"# mine\r\nSLQ_COMMISSION_BPS=2\r\n")
    used = slq("use", UNPINNED.name)
    assert used.returncode == 0, used.stderr
    assert env.read_bytes().startswith(b"# mine\r\nSLQ_COMMISSION_BPS=2\r\nSLQ_MODEL=")
    assert rows(slq("list", "--json"))[UNPINNED.name]["in_use"] is True
    assert slq("use", "embedded").returncode == 0
    assert env.read_bytes() == b"# mine\r\nSLQ_COMMISSION_BPS=2\r\n"
    assert rows(slq("list", "--json"))["embedded"]["in_use"] is True


def test_a_file_of_ones_own_is_chosen_by_path(slq: Callable[..., Run], tmp_path: Path) -> None:
    mine = tmp_path / "my model.gguf"
    mine.write_bytes(struct.pack("<4sIQQ", b"GGUF", 3, 0, 0))
    assert slq("use", "my model.gguf").returncode == 0
    listed = rows(slq("list", "--json"))
    assert (listed["my model"]["state"], listed["my model"]["in_use"]) == ("your file", True)
    for wrong, words in (("nonesuch", "No model is called"), ("none.gguf", "no model file")):
        done = slq("use", wrong)
        assert (done.returncode, words in done.stderr) == (1, True)


def test_a_bench_measures_in_a_process_of_its_own(slq: Callable[..., Run]) -> None:
    done = slq("bench", "--json")
    assert done.returncode == 0, done.stderr
    (speed,) = json.loads(done.stdout)
    assert speed["calls"] == len(REQUESTS) == 12
    assert 0 < speed["call_p50_ms"] <= speed["call_p95_ms"]
    assert min(speed["load_s"], speed["prefill_tokens_per_s"], speed["decode_tokens_per_s"]) > 0
    assert speed["peak_mb"] > speed["before_mb"] > 0


def test_a_bench_of_a_bad_file_says_what_the_child_said(tmp_path: Path) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"GGUF" + bytes(range(256)))
    with pytest.raises(ModelError, match="cannot be loaded"):
        measure_in_child(Settings(_env_file=None, model=bad))
