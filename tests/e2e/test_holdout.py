"""The one look at the sealed bars, by a person at a terminal; and trials laid to rest by one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pexpect
import pytest

from tests.e2e.terminal import ANSI, BIN, clean_environment, slq

ASKED = '{"symbols": ["AAPL", "IBM"], "features": ["rsi_14"], "model": "ridge"}'


@pytest.fixture
def family(folder: Path) -> str:
    """Return the hypothesis of an experiment in `folder`."""
    assert slq(folder, "call", "ingest_data", '{"symbols": ["AAPL", "IBM"]}').returncode == 0
    done = slq(folder, "call", "run_experiment", ASKED)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["trials"]["family"])


def person(folder: Path, *words: str, types: str) -> tuple[int, str]:
    """Run `slq` on a real terminal, type one line when asked, and return its exit code and what it printed."""
    process = pexpect.spawn(
        str(BIN / "slq"),
        ["--workspace", str(folder), *words],
        encoding="utf-8",
        dimensions=(40, 110),
        timeout=90,
        env=clean_environment(),
    )
    process.expect("> ")
    before = str(process.before)
    process.send(types + "\r")
    process.expect(pexpect.EOF)
    process.close()
    return int(process.exitstatus or 0), ANSI.sub("", before + str(process.before))


def decisions(folder: Path) -> list[str]:
    """Return the human decisions on the audit log, in order."""
    lines = (folder / "experiments" / "audit.jsonl").read_text().splitlines()
    bodies = [json.loads(line)["body"] for line in lines]
    return [body["status"] for body in bodies if body["kind"] == "decision"]


def test_it_opens_for_the_typed_id_and_only_once(folder: Path, family: str) -> None:
    alone = slq(folder, "holdout", "open", family)
    assert alone.returncode == 1
    assert "opened at a terminal, by a person" in alone.stderr
    code, screen = person(folder, "holdout", "open", family, types="yes")
    assert (code, "It stays sealed." in screen) == (1, True)
    assert "2012-03-02 to 2013-03-01" in screen
    code, screen = person(folder, "holdout", "open", family, types=family)
    assert code == 0, screen
    assert re.search(r"walk-forward +holdout +equal weight in it", screen)
    again = slq(folder, "holdout", "open", family)
    assert again.returncode == 1
    assert "was opened on" in again.stderr
    assert decisions(folder) == ["pending", "rejected", "confirmed"]
    (state,) = json.loads(slq(folder, "holdout", "list", "--json").stdout)
    assert state["opened"]
    assert state["holdout_sharpe"] is not None
    assert slq(folder, "audit", "verify").returncode == 0
    assert slq(folder, "trials", "verify").returncode == 0
    (report,) = folder.glob("experiments/exp_*/report.html")
    assert "Walk-forward" in report.read_text(encoding="utf-8")


def test_trials_rest_for_the_typed_id_only(folder: Path, family: str) -> None:
    words = ("trials", "archive", family, "--reason", "another idea")
    assert person(folder, *words, types="")[0] == 1
    assert slq(folder, "call", "run_experiment", ASKED.replace("rsi_14", "momentum_20")).returncode == 0
    code, screen = person(folder, *words, types=family)
    assert (code, "2 trials" in screen) == (0, True), screen
    (summary,) = json.loads(slq(folder, "trials", "list", "--json").stdout)
    assert (summary["count"], summary["archived"]) == (0, 2)
    after = slq(folder, "call", "run_experiment", ASKED.replace("rsi_14", "volatility_20"))
    assert json.loads(after.stdout)["trials"]["count"] == 1
    assert json.loads(after.stdout)["trials"]["archived"] == 2
    assert decisions(folder) == ["rejected", "confirmed"]
    assert slq(folder, "trials", "verify").returncode == 0
