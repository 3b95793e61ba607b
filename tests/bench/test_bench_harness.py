"""The harness itself: a row runs, its figures are recorded, a wrong name is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).with_name("bench.py")
KEYS = {"name", "value", "unit", "budget", "peer", "peer_value", "ratio", "machine", "ts", "code"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(BENCH), *arguments], capture_output=True, text=True, check=False)


def test_a_row_prints_and_records_its_figures(tmp_path: Path) -> None:
    output = tmp_path / "bench.jsonl"
    done = run("--rows", "audit_append", "--output", str(output))
    assert done.returncode == 0, done.stderr
    assert "audit_append.p50" in done.stdout
    figures = [json.loads(line) for line in output.read_text().splitlines()]
    assert [figure["name"] for figure in figures] == ["audit_append", "audit_append.p50"]
    for figure in figures:
        assert figure.keys() == KEYS
        assert figure["value"] > 0
        assert figure["ratio"] == figure["value"] / figure["peer_value"]


def test_an_unknown_row_is_refused_with_the_names_there_are() -> None:
    done = run("--rows", "audit_append,nonsense")
    assert done.returncode == 2
    assert "no such row: nonsense" in done.stderr
    assert "first_prompt" in done.stderr
