"""The verdict and the trials of two real runs: in the terminal, answers and comparisons, from `slq trials`."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, RenderableType
from typer.testing import CliRunner, Result

from copilot.answer import answer_for
from copilot.cli import app
from copilot.messages import Call, Observation, Turn
from copilot.theme import THEME
from copilot.verdict_view import TONES, grade_text
from copilot.view import result_view
from tools.backtest.statistics.grade import GRADES
from tools.backtest.trial_log import GENESIS
from tools.catalog import find_tool
from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context

RUNS = ("rsi_14", "momentum_20")


@dataclass(frozen=True)
class Tried:
    """A workspace in which one hypothesis was tried twice, and the record of every tool that tells of it."""

    root: Path
    records: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    workspace = Workspace(tmp_path_factory.mktemp("verdict") / "ws")
    workspace.create()
    context = Context(workspace, Settings(_env_file=None, sources="sample"))
    calls: list[tuple[str, dict[str, Any]]] = [("ingest_data", {"symbols": ["AAPL", "IBM"]})]
    calls += [("run_experiment", {"symbols": ["AAPL", "IBM"], "features": [name]}) for name in RUNS]
    calls += [
        ("compare_experiments", {}),
        ("show_report", {}),
        ("propose_trades", {"capital_usd": 50_000}),
        ("list_inventory", {"kind": "trials"}),
    ]
    records = {}
    for name, args in calls:
        tool = find_tool(name)
        records[name] = tool.run(context, tool.args.model_validate(args)).model_dump(mode="json")
    return Tried(workspace.root, records)


def shown(view: RenderableType | None, width: int = 100) -> str:
    assert view is not None
    out = StringIO()
    Console(file=out, width=width, theme=THEME).print(view)
    return out.getvalue()


def said(tool: str, record: dict[str, Any]) -> str:
    step = Observation(call=Call(tool=tool), status="ok", call_id="c1", result=record)
    return answer_for(Turn(user="", steps=(step,)), Call(tool="reply"), ())


def slq(root: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--workspace", str(root), "trials", *words])


@pytest.mark.parametrize("tool", ["run_experiment", "show_report", "propose_trades"])
@pytest.mark.parametrize("width", [60, 140])
def test_a_verdict_is_shown_with_what_speaks_against_it(tried: Tried, tool: str, width: int) -> None:
    record = tried.records[tool]
    words = " ".join(shown(result_view(tool, record), width).replace("│", " ").split())
    assert " NO EDGE " in words
    assert record["verdict"]["against"]["text"] in words
    assert "two standard errors" not in words


def test_figures_of_a_verdict_are_one_short_line(tried: Tried) -> None:
    (line,) = [
        line
        for line in shown(result_view("run_experiment", tried.records["run_experiment"]), 80).splitlines()
        if line.startswith("deflated Sharpe")
    ]
    for part in ("deflated Sharpe", "trials 2", "PBO", "placebo p"):
        assert part in line


def test_an_old_record_has_no_verdict_to_show(tried: Tried) -> None:
    record = {**tried.records["run_experiment"], "verdict": None, "strategy": None, "trials": None}
    assert "NO EDGE" not in shown(result_view("run_experiment", record))
    assert "No evidence" in said("run_experiment", record)
    for name in ("verdict", "strategy", "trials"):
        del record[name]
    assert "NO EDGE" not in shown(result_view("run_experiment", record))
    assert "No evidence" in said("run_experiment", record)


def test_the_answer_says_verdict_evidence_and_trials(tried: Tried) -> None:
    record = tried.records["run_experiment"]
    answer = said("run_experiment", record)
    assert "Verdict: no edge, which means no evidence of one." in answer
    assert record["verdict"]["against"]["text"] in answer
    assert answer.endswith("This hypothesis has been tried 2 times.")
    once = {**record, "trials": {**record["trials"], "count": 1}}
    assert said("run_experiment", once).endswith("It is the first trial of this hypothesis.")


@pytest.mark.parametrize("grade", GRADES)
def test_every_grade_has_its_tone_and_its_words(tried: Tried, grade: str) -> None:
    record = tried.records["run_experiment"]
    better = {**record, "verdict": {**record["verdict"], "grade": grade}}
    assert f"Verdict: {grade}" in said("run_experiment", better)
    assert grade_text(grade).plain == f" {grade.upper()} "
    assert TONES[grade] in THEME.styles


def test_a_comparison_has_verdict_and_trials(tried: Tried) -> None:
    record = tried.records["compare_experiments"]
    assert [line["trials"] for line in record["experiments"]] == [1, 2]
    text = shown(result_view("compare_experiments", record))
    assert "verdict" in text
    assert text.count("no edge") == 2
    assert "Its verdict is no edge" in said("compare_experiments", record)
    old = [{**line, "verdict": None, "trials": None} for line in record["experiments"]]
    assert "verdict" not in shown(result_view("compare_experiments", {**record, "experiments": old}))
    assert "verdict" not in said("compare_experiments", {**record, "experiments": old})
    mixed = shown(result_view("compare_experiments", {**record, "experiments": [old[0], record["experiments"][1]]}))
    assert "not judged" in mixed
    assert "undefined" not in mixed


def test_many_runs_fit_into_a_narrow_terminal_with_whole_ids(tried: Tried) -> None:
    record = tried.records["compare_experiments"]
    many = [
        {**record["experiments"][0], "experiment": f"exp_20240212_LGBM-REGRESSOR_AAPL-IBM-MSFT-GOOG+14_1d_{number}"}
        for number in range(1, 21)
    ]
    differ = [{"setting": "model", "values": ["ridge"] * 19 + ["momentum"]}]
    text = shown(result_view("compare_experiments", {**record, "experiments": many, "differences": differ}), 80)
    assert all(line["experiment"] in text for line in many)
    assert "#20" in next(line for line in text.splitlines() if "momentum" in line)
    assert max(map(len, text.splitlines())) <= 80


def test_the_shelf_of_trials(tried: Tried) -> None:
    record = tried.records["list_inventory"]
    assert record["items"][0]["facts"]["trials"] == "2"
    assert "momentum_20" in shown(result_view("list_inventory", record), 160)
    assert "(AAPL, IBM, 1 day ahead) has been tried 2 times" in said("list_inventory", record)
    assert "Nothing has been tried" in said("list_inventory", {"kind": "trials", "items": [], "count": 0})


def test_trials_list(tried: Tried, tmp_path: Path) -> None:
    (family,) = json.loads(slq(tried.root, "list", "--json").output)
    assert (family["count"], family["symbols"], family["horizon_days"]) == (2, ["AAPL", "IBM"], 1)
    text = slq(tried.root, "list").output
    assert family["family"] in text
    assert family["first"] in text
    assert "Nothing was tried yet." in slq(tmp_path / "none", "list").output
    assert not (tmp_path / "none").exists()


def test_trials_verify(tried: Tried, tmp_path: Path) -> None:
    root = Path(shutil.copytree(tried.root, tmp_path / "copy"))
    ledger = Workspace(root).trials
    whole = ledger.read_bytes()
    good = slq(root, "verify")
    assert good.exit_code == 0
    assert "intact: 2 lines, the head of 2 results found in it" in " ".join(good.output.split())
    head = json.loads(slq(root, "verify", "--json").output)["head"]
    assert head in good.output
    ledger.write_bytes(whole.splitlines(keepends=True)[0])
    cut = slq(root, "verify")
    assert cut.exit_code == 1
    assert tried.records["run_experiment"]["experiment"] in cut.output.replace("\n", "")
    ledger.unlink()
    gone = slq(root, "verify", "--json")
    assert (gone.exit_code, json.loads(gone.output)["head"]) == (1, GENESIS)
    assert len(json.loads(gone.output)["missing"]) == 2
    ledger.write_bytes(whole.replace(b"momentum_20", b"momentum_21"))
    changed = slq(root, "verify")
    assert changed.exit_code == 1
    assert isinstance(changed.exception, WorkspaceError)
    assert "line 2 of" in changed.exception.message
