"""`slq replay` and `/replay`: the outcome, its exit code, its line on the audit log, and what is shown of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from copilot.app import open_app
from copilot.audit import read_records, verify
from copilot.cli import app
from copilot.commands import Desk, run_slash
from copilot.replay import replay_view, where_it_parts
from copilot.session import Session
from copilot.terminal import TerminalShell
from copilot.theme import THEME
from tests.e2e.terminal import slq as real_slq
from tools.kernel.errors import BadRequest, WorkspaceError
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context, utc_now
from tools.research.record import ExperimentArgs
from tools.research.replayed import Replayed
from tools.research.tool import run_experiment

sys.path.append(str(Path(__file__).parents[1] / "tools" / "research"))
from research_market import long_bars, store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, str]:
    workspace = Workspace(tmp_path_factory.mktemp("replay_cli") / "ws")
    workspace.create()
    store(workspace, long_bars())
    args = ExperimentArgs(symbols=("AAPL", "IBM"), features=("rsi_14",), model="ridge")
    return workspace, run_experiment(Context(workspace, Settings(_env_file=None)), args).experiment


@pytest.fixture
def spoilt(made: tuple[Workspace, str]) -> Iterator[Callable[[str, object], None]]:
    """Return what sets a part of the record; it is put back at the end."""
    path = made[0].experiments / made[1] / "result.json"
    before = path.read_text()

    def change(part: str, value: object) -> None:
        record = json.loads(before)
        section, name = part.split(".")
        record[section][name] = value
        path.write_text(json.dumps(record))

    yield change
    path.write_text(before)


def slq(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(app, ["--workspace", str(workspace.root), "replay", *words])


def shown(done: Replayed) -> str:
    console = Console(theme=THEME, file=StringIO(), width=120)
    console.print(replay_view(done))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_a_repeated_run_from_a_real_shell(made: tuple[Workspace, str]) -> None:
    done = real_slq(made[0].root, "replay")
    assert done.returncode == 0, done.stderr
    assert "REPEATED" in done.stdout
    assert made[1] in done.stdout


def test_the_outcome_is_json_and_on_the_audit_log(made: tuple[Workspace, str]) -> None:
    workspace, name = made
    said = slq(workspace, "ridge", "--json")
    assert said.exit_code == 0
    assert json.loads(said.stdout)["outcome"] == "repeated"
    intent, result = list(read_records(workspace.audit_log))[-2:]
    assert (intent.body.kind, intent.body.tool, intent.body.args_redacted) == (
        "intent",
        "replay",
        {"experiment": name},
    )
    assert (result.body.status, result.body.args_redacted) == ("ok", {"outcome": "repeated"})
    assert verify(workspace.audit_log).ok


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        (("config.top_n", 2), 1, "Net returns part on"),
        (("oos.sharpe", 9.0), 1, "come out otherwise: oos.sharpe."),
        (("provenance.output_sha256", "0" * 64), 1, "only the fingerprint on record is another"),
        (("provenance.code_version", "0" * 16), 2, "The code is version"),
        (("provenance.data_snapshot", 99), 2, "There is no snapshot 99"),
    ],
)
def test_what_is_not_repeated_says_so_by_exit_code_and_in_words(
    made: tuple[Workspace, str],
    spoilt: Callable[[str, object], None],
    change: tuple[str, object],
    code: int,
    text: str,
) -> None:
    spoilt(*change)
    said = slq(made[0], "latest", "--json")
    assert said.exit_code == code
    done = Replayed.model_validate_json(said.stdout)
    words = " ".join(shown(done).split())
    assert text in words
    assert done.outcome.upper() in words
    assert "REPEATED" not in words
    assert bool(where_it_parts(done)) == (code == 1)


def test_a_failure_is_on_the_log(made: tuple[Workspace, str]) -> None:
    workspace, name = made
    file = workspace.experiments / name / "equity.parquet"
    kept = file.read_bytes()
    file.write_bytes(b"nonsense")
    said = slq(workspace)
    file.write_bytes(kept)
    assert isinstance(said.exception, WorkspaceError)
    assert list(read_records(workspace.audit_log))[-1].body.status == "failed"
    assert isinstance(slq(workspace, "nonesuch").exception, BadRequest)


def test_the_slash_command_does_the_same(
    made: tuple[Workspace, str], spoilt: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, name = made
    shell = TerminalShell(Console(theme=THEME, width=120))
    with open_app(Settings(_env_file=None), workspace) as running:
        desk = Desk(running, Session.new(workspace, utc_now()), shell)
        assert run_slash(desk, "/replay")
        assert "REPEATED" in capsys.readouterr().out
        spoilt("provenance.code_version", "0")
        assert not run_slash(desk, f"/replay {name}")
        assert "NOT COMPARABLE" in capsys.readouterr().out
