"""The trial ledger: what was tried stays counted, once each, and tampering shows."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tools.backtest.trial_log import GENESIS, count_trial, read_ledger
from tools.backtest.trials import Family, Trial
from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace

FAMILY = Family(symbols=("A", "B"), interval="1d", horizon_days=1, label="up_down", sources=("sample",))
MANY = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_trials import trial
from tools.backtest.trial_log import count_trial
from tools.kernel.paths import Workspace
for number in range(20):
    count_trial(Workspace(Path({root!r})), trial({who!r} + str(number)))
"""


def trial(output: str, family: Family = FAMILY, sharpe: float | None = 0.01) -> Trial:
    return Trial(
        family=family.id,
        hypothesis=family,
        name=f"exp_{output}",
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
        settings="lightgbm, best 1: rsi_14",
        sharpe_per_bar=sharpe,
        bars=500,
        output_sha256=output,
    )


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_every_trial_counts_once_in_its_family(space: Workspace) -> None:
    assert read_ledger(space).head == GENESIS
    other = FAMILY.model_copy(update={"horizon_days": 5})
    assert other.id != FAMILY.id
    for each in (trial("x"), trial("y"), trial("x"), trial("z", other), trial("w", sharpe=None)):
        ledger = count_trial(space, each)
    assert [found.output_sha256 for found in ledger.of(FAMILY.id)] == ["x", "y", "w"]
    assert [found.output_sha256 for found in ledger.of(other.id)] == ["z"]
    assert read_ledger(space) == ledger


def test_the_family_does_not_depend_on_what_is_varied(space: Workspace) -> None:
    same = Family(**FAMILY.model_dump())
    assert same.id == FAMILY.id
    for change in ({"symbols": ("A",)}, {"interval": "1h"}, {"label": "rank"}, {"sources": ("yahoo",)}):
        assert FAMILY.model_copy(update=change).id != FAMILY.id


@pytest.mark.parametrize("how", ["edit", "remove", "swap", "duplicate", "insert", "not json"])
def test_tampering_is_named_by_line(space: Workspace, how: str) -> None:
    for name in "abcd":
        count_trial(space, trial(name))
    lines = space.trials.read_bytes().splitlines(keepends=True)
    changed = {
        "edit": [lines[0], lines[1].replace(b"0.01", b"0.02"), *lines[2:]],
        "remove": [lines[0], *lines[2:]],
        "swap": [lines[0], lines[2], lines[1], lines[3]],
        "duplicate": [lines[0], lines[1], lines[1], *lines[2:]],
        "insert": [lines[0], json.dumps(json.loads(lines[3])).encode() + b"\n", *lines[1:]],
        "not json": [lines[0], b"nonsense\n", *lines[2:]],
    }[how]
    space.trials.write_bytes(b"".join(changed))
    number = 3 if how == "duplicate" else 2
    for attempt in (lambda: read_ledger(space), lambda: count_trial(space, trial("e"))):
        with pytest.raises(WorkspaceError, match=f"line {number} of"):
            attempt()


def test_a_line_cut_off_by_a_crash_is_overwritten(space: Workspace) -> None:
    count_trial(space, trial("a"))
    whole = space.trials.read_bytes()
    count_trial(space, trial("b"))
    for size in range(len(whole), len(space.trials.read_bytes())):
        space.trials.write_bytes(space.trials.read_bytes()[:size] if size > len(whole) else whole)
        assert [each.output_sha256 for each in read_ledger(space).trials] == ["a"]
        assert len(count_trial(space, trial("b")).trials) == 2


def test_two_processes_count_together(space: Workspace) -> None:
    here = str(Path(__file__).parent)
    running = [
        subprocess.Popen([sys.executable, "-c", MANY.format(here=here, root=str(space.root), who=who)])
        for who in "pq"
    ]
    assert [each.wait() for each in running] == [0, 0]
    assert len(read_ledger(space).of(FAMILY.id)) == 40


def test_an_unwritable_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "experiments").write_text("a file")
    with pytest.raises(WorkspaceError):
        count_trial(Workspace(tmp_path), trial("a"))
