"""A tool of another package, in real processes: listed, called, typed, asked for in plain words, on record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from plugin_package import install, install_doubling

from tests.e2e.terminal import clean_environment

BIN = Path(sys.executable).parent
Run = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = install_doubling(tmp_path_factory.mktemp("site"))
    return install(folder, "torn", {"torn_tool": "torn:TOOL"}, {"torn.py": "raise ValueError('half a file')\n"})


@pytest.fixture(scope="module")
def workspace_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


def run(site: Path, *words: str, typed: str | None = None) -> Run:
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
    environment = clean_environment() | {"PYTHONPATH": path, "SLQ_ADAPTER": "none"}
    command = [str(BIN / words[0]), *words[1:]]
    return subprocess.run(
        command, input=typed, capture_output=True, text=True, timeout=120, env=environment, check=False
    )


def test_a_plugin_is_listed_with_its_schema_and_a_torn_one_breaks_nothing(site: Path) -> None:
    done = run(site, "slq", "tools", "--json")
    assert done.returncode == 0, done.stderr
    listed = {tool["name"]: tool for tool in json.loads(done.stdout)}
    assert listed["doubling_time"]["args"]["properties"]["interest"]["enum"] == ["compound", "simple"]
    assert "torn_tool" not in listed
    assert "run_experiment" in listed


def test_its_calls_are_validated_and_on_record(site: Path, workspace_folder: Path) -> None:
    slq = ("slq", "--workspace", str(workspace_folder))
    done = run(site, *slq, "call", "doubling_time", '{"percent": 7}')
    assert json.loads(done.stdout) == {"years": 10.24, "interest": "compound"}
    wrong = run(site, *slq, "call", "doubling_time", '{"percent": 7, "interest": "none"}')
    assert wrong.returncode == 1
    assert "interest must be one of 'compound' or 'simple'" in wrong.stderr
    records = [
        json.loads(line)["body"] for line in (workspace_folder / "experiments/audit.jsonl").read_text().splitlines()
    ]
    kinds = [(each["kind"], each.get("tool")) for each in records]
    assert ("intent", "doubling_time") in kinds
    assert ("result", "doubling_time") in kinds


def test_it_is_typed_as_a_slash_command_and_found_by_plain_words(site: Path, workspace_folder: Path) -> None:
    asked = "/doubling_time 7 --interest simple\nhow many years does it take to double my savings at 6 percent?\n"
    done = run(site, "slq-chat", "--workspace", str(workspace_folder), typed=asked)
    assert done.returncode == 0, done.stderr
    typed, said = done.stdout.split("slq> how many years")
    assert "14.29" in typed
    assert "doubling_time" in said
    assert "11.9" in said


def test_doctor_names_plugins_and_what_was_left_out(site: Path, workspace_folder: Path) -> None:
    done = run(site, "slq", "--workspace", str(workspace_folder), "doctor")
    words = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "doubling_time, of doubling 1.2" in words
    assert "The tool 'torn_tool' of the package torn 1.2 does not load: ValueError: half a file." in words
