"""It works with the network cable out: the demo in a network namespace that has no interface, not even loopback."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.terminal import BIN, clean_environment

DEMO = Path(__file__).resolve().parents[2] / "prompts" / "demo.txt"
UNPLUG = ["unshare", "--net", "--map-root-user"]


def test_the_demo_needs_no_network(tmp_path: Path) -> None:
    if (
        shutil.which("unshare") is None
        or subprocess.run([*UNPLUG, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("needs the right to make a network namespace")
    done = subprocess.run(
        [*UNPLUG, str(BIN / "slq-chat"), "--workspace", str(tmp_path / "ws")],
        input=DEMO.read_text(encoding="utf-8"),
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
        timeout=180,
    )
    assert done.returncode == 0, done.stdout
    assert len(re.findall("✓ ok", done.stdout)) == 3
    assert "is pending" in done.stdout


def test_the_code_has_no_broker_client() -> None:
    known = "alpaca|ib_insync|ibapi|ccxt|robin_stocks|tradier|oandapyV20|schwab|questrade|metatrader"
    root = DEMO.parents[1]
    sources = [path for folder in ("copilot", "tools", "prompts") for path in (root / folder).rglob("*.py")]
    assert sources
    imports = [
        line for path in sources for line in path.read_text(encoding="utf-8").splitlines() if "import" in line
    ]
    assert not [line for line in imports if re.search(known, line)]
