"""`slq export` finds the experiment, writes its tables, and says plainly what it cannot do."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from copilot.cli import app
from tools.kernel.errors import BadRequest, NoData
from tools.kernel.paths import Workspace

sys.path.append(str(Path(__file__).parents[1] / "tools" / "report"))
from report_market import make_folder


def slq(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(app, ["--workspace", str(workspace.root), "export", *words])


def test_latest_is_written_as_csv_and_named_parts_as_json(workspace: Workspace, tmp_path: Path) -> None:
    folder = make_folder(workspace.experiments, bars=300)
    done = slq(workspace, "--out", str(tmp_path / "out"))
    assert done.exit_code == 0
    assert (tmp_path / "out" / folder.name / "equity.csv").is_file()
    assert "equity.csv" in done.output
    done = slq(workspace, "LGBM", "--format", "JSON", "--out", str(tmp_path / "out"), "--json")
    assert json.loads(done.output) == [str(tmp_path / "out" / f"{folder.name}.json")]


def test_what_cannot_be_done_is_said(workspace: Workspace, tmp_path: Path) -> None:
    assert isinstance(slq(workspace, "--format", "xls").exception, BadRequest)
    assert isinstance(slq(workspace).exception, NoData)


@pytest.mark.parametrize("name", ["nothing_like_it"])
def test_an_unknown_experiment_is_refused(workspace: Workspace, name: str) -> None:
    make_folder(workspace.experiments, bars=300)
    assert isinstance(slq(workspace, name).exception, BadRequest)
