"""`slq data`: every command on a small lake, as a shell would run it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from copilot.audit import verify as verify_audit
from copilot.cli import app
from tools.features.registry import registered
from tools.ingest.raw import keep
from tools.ingest.sample import SampleSource
from tools.ingest.source import Raw, Request
from tools.kernel.errors import BadRequest, NoData
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context, silent, utc_now
from tools.lab.record import GenerateArgs
from tools.lab.tool import generate_features
from tools.lake.metadata import read_metadata
from tools.lake.store import open_lake


@dataclass(frozen=True)
class Said:
    """What a command printed, how it ended, and what it raised."""

    text: str
    code: int
    error: BaseException | None

    @property
    def record(self) -> Any:
        return json.loads(self.text)


Run = Callable[..., Said]


@pytest.fixture(scope="module")
def lake_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = Workspace(tmp_path_factory.mktemp("cli") / "ws")
    fetched = SampleSource().fetch(Request(("AAPL", "IBM")), silent)
    bars = fetched.bars
    restated = bars[bars["symbol"] == "IBM"].iloc[-300:-298].assign(volume=lambda rows: rows["volume"] * 2)
    keep(
        workspace,
        "sample",
        [Raw("IBM", "daily", "csv", b"bytes of IBM"), Raw("AAPL", "daily", "csv", b"x")],
        utc_now(),
    )
    with open_lake(workspace) as lake:
        lake.write_bars(bars, fetched.actions, message="first")
        lake.write_bars(restated, fetched.actions.iloc[:0], message="restated")
    return workspace.root


@pytest.fixture
def run(lake_folder: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `slq data ...` on a copy of the lake."""
    monkeypatch.chdir(workspace.root)
    monkeypatch.setenv("COLUMNS", "200")
    shutil.copytree(lake_folder, workspace.root, dirs_exist_ok=True)

    def run(*words: str) -> Said:
        done = CliRunner().invoke(app, ["--workspace", str(workspace.root), "data", *words])
        return Said(done.output, done.exit_code, done.exception)

    return run


def test_list_show_gaps_and_as_of(run: Run) -> None:
    assert "2013-03-01" in run("list").text
    assert "3,270" in run("show", "Apple").text
    assert "no gaps" in run("gaps", "IBM").text
    assert run("gaps", "IBM", "--json").record["gaps"][0]["missing"] == 0
    said = run("as-of", "2010-06-30", "AAPL")
    assert "Nothing was recorded here on 2010-06-30" in said.text
    assert "251.53" in said.text
    assert run("show", "AAPL", "--view", "actions", "--json").record["actions"][0]["kind"] == "split"


def test_diff(run: Run) -> None:
    found = run("diff", "IBM", "--json").record
    assert (found["before"], found["after"]) == (2, 3)
    assert [change["field"] for change in found["restated"]] == ["volume", "volume"]
    assert "restated" in run("diff").text
    assert "Nothing differs." in run("diff", "AAPL", "--from", "2").text
    assert "Nothing differs." in run("diff", "--from", "2090-01-01").text
    assert isinstance(run("diff", "--from", "yesterday").error, BadRequest)


def test_verify(run: Run, workspace: Workspace) -> None:
    said = run("verify")
    assert (said.code, "2 files" in said.text) == (0, True)
    next(workspace.raw.rglob("*.zst")).write_bytes(b"no")
    said = run("verify")
    assert (said.code, "✗" in said.text) == (1, True)
    assert run("verify", "--json").record["ok"] is False


def test_export(run: Run, workspace: Workspace) -> None:
    said = run("export", "IBM", "--to", "ibm.csv", "--start", "2013-02-27", "--as-of", "2")
    assert said.text.startswith("3 rows of snapshot 2 in ")
    assert len(pd.read_csv(workspace.root / "ibm.csv")) == 3
    assert isinstance(run("export", "IBM", "--to", "ibm.csv").error, BadRequest)
    assert run("export", "IBM", "--to", "ibm.csv", "--force", "--json").record["rows"] == 3270
    assert isinstance(run("export", "IBM", "--to", "x.csv", "--adjust", "most").error, BadRequest)


def test_purge_needs_a_yes_and_leaves_records(run: Run, workspace: Workspace) -> None:
    asked = run("purge", "IBM")
    assert isinstance(asked.error, BadRequest)
    assert "--yes" in asked.error.hint
    assert len(list(workspace.raw.rglob("*.zst"))) == 2
    said = run("purge", "IBM", "--yes", "--raw")
    assert said.code == 0
    assert "Removed 3,270 rows of bars" in said.text
    assert len(list(workspace.raw.rglob("*.zst"))) == 1
    (purge,) = read_metadata(workspace).purges
    assert (purge.symbol, purge.rows["bars"], purge.raw_files) == ("IBM", 3270, 1)
    lines = [json.loads(line)["body"] for line in workspace.audit_log.read_text().splitlines()]
    kinds = [(line["kind"], line.get("status")) for line in lines if line.get("tool") == "data_purge"]
    assert kinds == [("intent", None), ("result", "ok")]
    assert verify_audit(workspace.audit_log).ok
    assert isinstance(run("purge", "IBM", "--yes").error, BadRequest | NoData)
    assert run("verify").code == 0
    assert isinstance(run("purge", "AAPL", "--yes", "--raw", "--interval", "1d").error, BadRequest)


def test_a_generated_feature_is_purged_with_its_files(run: Run, workspace: Workspace) -> None:
    context = Context(workspace, Settings(_env_file=None))
    generate_features(context, GenerateArgs(features=("momentum_20",), symbols=("IBM",)))
    assert len(list(workspace.features.iterdir())) == 2
    said = run("purge", "auto_momentum_20", "--yes")
    assert "Removed 1 row of features" in said.text
    assert list(workspace.features.iterdir()) == []
    assert registered(workspace) == {}
    assert isinstance(run("purge", "auto_momentum_20", "--yes").error, NoData)
    assert run("verify").code == 0


def test_a_purge_typed_at_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.terminal.can_ask", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda *words, **options: "y")
    said = run("purge", "IBM")
    assert (said.code, "Nothing was removed." in said.text) == (1, True)
    monkeypatch.setattr("typer.prompt", lambda *words, **options: " YES ")
    assert run("purge", "IBM", "--before", "2001-01-01").code == 0
    assert run("show", "IBM", "--json").record["symbols"][0]["first"] == "2001-01-02"


def test_compact_keeps_everything_without_a_policy(run: Run, workspace: Workspace) -> None:
    assert "Every snapshot is kept." in run("compact").text
    policy = run("compact", "--keep-snapshots-days", "30", "--keep-raw-days", "10", "--json").record
    assert (policy["expired"], policy["raw_files_deleted"]) == ([], 0)
    assert read_metadata(workspace).retention.keep_snapshots_days == 30
    run("compact", "--keep-all")
    assert read_metadata(workspace).retention.keep_raw_days is None
    assert run("verify").code == 0


@pytest.mark.parametrize(
    "words", [("diff",), ("verify",), ("export", "IBM", "--to", "x.csv"), ("compact",), ("list",)]
)
def test_an_empty_workspace_stays_empty(workspace: Workspace, words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, ["--workspace", str(workspace.root), "data", *words])
    assert words == ("list",) or isinstance(done.exception, NoData)
    assert not list(workspace.lake.iterdir())
