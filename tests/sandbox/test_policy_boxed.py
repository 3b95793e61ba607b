"""The same corpora through the whole sandbox, and the attacks without the policy: the kernel alone must hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from attack_code import ATTACKS, BOMBS, Attack
from benign_code import BENIGN, bars
from probes import Probes

from sandbox.errors import Crashed, Rejected, Stopped
from sandbox.limits import Limits
from sandbox.run import Sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the strict sandbox is Linux's")
BARS = bars()
SHORT = Limits(wall_seconds=5, cpu_seconds=5)
BRIEF = Limits(wall_seconds=1.5, cpu_seconds=1.5, memory_bytes=1 << 29)


@pytest.fixture(scope="module")
def boxed(probes: Probes) -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def bare(probes: Probes) -> Iterator[Sandbox]:
    with Sandbox(policy=False) as sandbox:
        yield sandbox


def _outcome(sandbox: Sandbox, source: str, limits: Limits) -> tuple[str, str]:
    try:
        return "harmless", str(sandbox.script(source, {"bars": BARS}, limits).value)
    except Rejected as error:
        return "refused", error.message
    except Crashed as error:
        return "crashed", error.message
    except Stopped as error:
        return "stopped", error.message


def _name(attack: Attack) -> str:
    return f"{attack.family}: {attack.name}"


@pytest.mark.parametrize("attack", ATTACKS, ids=_name)
def test_an_attack_ends_as_it_must(attack: Attack, boxed: Sandbox, probes: Probes) -> None:
    ended, told = _outcome(boxed, probes.source(attack.source), SHORT)
    assert ended in attack.ends, told
    assert probes.found(told) == []


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.effective], ids=_name)
def test_without_the_policy_it_still_has_no_effect(attack: Attack, bare: Sandbox, probes: Probes) -> None:
    _, told = _outcome(bare, probes.source(attack.source), replace(SHORT, wall_seconds=2, cpu_seconds=2))
    assert probes.found(told) == []


@pytest.mark.parametrize("attack", BOMBS, ids=_name)
def test_a_bomb_is_stopped(attack: Attack, boxed: Sandbox, probes: Probes) -> None:
    ended, told = _outcome(boxed, attack.source, BRIEF)
    assert ended in attack.ends, told
    assert "\n" not in told
    assert "\x1b" not in told
    assert len(told) < 1_000
    assert probes.found(told) == []


@pytest.mark.parametrize("name", BENIGN)
def test_ordinary_code_runs(name: str, boxed: Sandbox) -> None:
    ended, told = _outcome(boxed, BENIGN[name], SHORT)
    assert ended == "harmless", told


def test_a_refusal_says_its_line(boxed: Sandbox) -> None:
    with pytest.raises(Rejected, match=r"^line 2: `\.to_csv` is not available: files cannot") as refused:
        boxed.feature("def feature(bars):\n    bars['close'].to_csv('x')\n", BARS)
    assert refused.value.line == 2
