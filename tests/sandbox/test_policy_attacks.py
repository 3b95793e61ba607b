"""The attack corpus under the policy alone, without the kernel's layers: every case ends as it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from attack_code import ATTACKS, EFFECTIVE, Attack
from probes import Probes


@pytest.fixture(scope="module")
def outcomes(probes: Probes) -> dict[Attack, tuple[str, str]]:
    """Return how each case ended, and what it told."""
    told = _python("policy_alone.py", json.dumps([probes.source(attack.source) for attack in ATTACKS]))
    return dict(zip(ATTACKS, map(tuple, json.loads(told)), strict=True))


def _python(script: str, given: str, *arguments: Path) -> str:
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-W", "ignore", here / script, *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(here.parent.parent)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: f"{a.family}: {a.name}")
def test_ends_as_it_must(attack: Attack, outcomes: dict[Attack, tuple[str, str]], probes: Probes) -> None:
    ended, told = outcomes[attack]
    assert ended in attack.ends, f"{ended}: {told}"
    assert probes.found(told) == []


def test_a_refusal_is_one_plain_sentence_with_its_line(outcomes: dict[Attack, tuple[str, str]]) -> None:
    for attack, (ended, told) in outcomes.items():
        if ended == "refused":
            assert "\n" not in told, attack.name
            assert len(told) < 250, attack.name
            assert told.startswith("line ") or attack.family == "limits", (attack.name, told)


def test_the_effective_ones_have_their_effect_where_nothing_confines_them(tmp_path: Path) -> None:
    done = _python("unconfined.py", json.dumps([attack.source for attack in ATTACKS if attack.effective]), tmp_path)
    effects = json.loads(done)
    assert len(effects) == len(EFFECTIVE)
    assert [name for name, found in zip(_effective_names(), effects, strict=True) if not found] == []


def _effective_names() -> list[str]:
    return [attack.name for attack in ATTACKS if attack.effective]


def test_the_corpus_is_large() -> None:
    assert len(ATTACKS) > 250
