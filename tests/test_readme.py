"""The README does what it says: its commands run, its session is the demo, its table is the catalogue."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.e2e.terminal import BIN, clean_environment
from tools.catalog import TOOLS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
SESSION = next(body for language, body in BLOCKS if language == "text" and "slq> " in body)


def shell_lines(command: str) -> list[str]:
    """Return the lines of the README's shell blocks that start with `command`."""
    lines = [
        line.split("  #")[0].strip() for language, body in BLOCKS if language == "sh" for line in body.splitlines()
    ]
    return [line for line in lines if line.startswith(command)]


def test_the_make_targets_exist() -> None:
    targets = [*shell_lines("make "), "make demo", "make bench", "make test-all"]
    assert len(targets) > 4
    for line in targets:
        done = subprocess.run([*shlex.split(line), "-n"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}: {done.stderr}"


def test_the_commands_run_in_their_order(tmp_path: Path) -> None:
    lines = shell_lines("slq ")
    assert len(lines) >= 6
    for line in lines:
        words = shlex.split(line)
        command = [str(BIN / words[0]), "--workspace", str(tmp_path / "ws"), *words[1:]]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=clean_environment(), timeout=180
        )
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
        assert done.stdout.strip(), line


def masked(line: str) -> str:
    """Return `line` without what may differ from run to run: digits, ids, paths, the length of cells."""
    line = re.sub(r"^\S*/experiments/", "experiments/", line)
    line = re.sub(r"T-\d{8}-\w+", "TICKET", line)
    line = re.sub(r"\d[\d,.]*(?:e-?\d+)?", "0", line)
    return re.sub(r"[\s─]+", " ", line.replace("-0", "0").replace("0 ms", "0 s")).strip(" │╭╮╰╯")


def test_the_session_is_what_the_demo_prints(tmp_path: Path) -> None:
    questions = "".join(
        line.removeprefix("slq> ") + "\n" for line in SESSION.splitlines() if line.startswith("slq> ")
    )
    assert questions == (ROOT / "prompts" / "demo.txt").read_text(encoding="utf-8")
    done = subprocess.run(
        [str(BIN / "slq-chat"), "--workspace", str(tmp_path / "ws")],
        input=questions,
        capture_output=True,
        text=True,
        check=False,
        env={**clean_environment(), "COLUMNS": "100"},
        timeout=180,
    )
    assert done.returncode == 0, done.stdout
    printed = [masked(line) for line in done.stdout.splitlines()]
    position = 0
    for line in SESSION.splitlines():
        wanted = masked(line)
        if not wanted or wanted == "...":
            continue
        assert wanted in printed[position:], f"not printed after line {position}: {line!r}"
        position = printed.index(wanted, position) + 1


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_the_table_is_the_catalogue(tool) -> None:  # type: ignore[no-untyped-def]
    arguments = ", ".join(f"`{name}`" for name in tool.args.model_fields)
    assert f"| `{tool.name}` | {tool.effect.value} | {arguments} | {tool.description} |" in README


def test_the_table_has_nothing_else() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)
    assert rows == [tool.name for tool in TOOLS]
