"""`slq eval` scores, compares, writes its report, and says plainly what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from copilot.cli import app
from copilot.evals.page import latency_bins
from copilot.evals.readme import cards_of, with_table
from copilot.evals.score import read_cases, run_cases
from copilot.evals.scorecard import NOTHING, by_tool, confusion, risk_coverage, worst
from copilot.evals.view import readme_table
from copilot.messages import Call, LiveState, Plan
from copilot.model.scripted import ScriptedPlanner
from tools.kernel.errors import BadRequest, ModelError
from tools.kernel.paths import Workspace

LOAD = {"tool": "ingest_data", "args": {"symbols": ["IBM"]}}
CASES = [
    {"id": "a", "category": "simple", "turns": [{"user": "download price bars of IBM"}], "call": LOAD},
    {
        "id": "b",
        "category": "multistep",
        "turns": [{"user": "download bars of IBM, then open the report"}],
        "plan": [LOAD, {"tool": "show_report", "args": {}}],
    },
    {
        "id": "c",
        "category": "refusal",
        "turns": [{"user": "place an <b>order</b> | now"}],
        "call": {"tool": "reply", "args": {"refuse": "*"}},
    },
]


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "some_cases.jsonl"
    path.write_text("\n".join(map(json.dumps, CASES)), encoding="utf-8")
    (tmp_path / "some_state.json").write_text('{"symbols": ["IBM"]}', encoding="utf-8")
    return path


def slq(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(app, ["--workspace", str(workspace.root), "eval", *words], terminal_width=80)


def test_a_table_a_page_and_the_readme(workspace: Workspace, cases: Path, tmp_path: Path) -> None:
    page = tmp_path / "out" / "eval.html"
    done = slq(workspace, str(cases), "--planner", "bm25", "--report", str(page), "--json")
    assert done.exit_code == 0, done.output
    (figures,) = json.loads(done.stdout)
    assert figures["total"]["cases"] == 3
    assert figures["total"]["exact"] == pytest.approx(2 / 3)
    assert figures["total"]["whole_plan"] == 1.0
    assert figures["categories"]["refusal"]["words"] == 0.0
    assert figures["memory"]["peak_mb"] > figures["memory"]["before_mb"] > 0
    assert [len(each["planned"]) for each in figures["outcomes"]][:2] == [1, 2]
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<svg" in text
    assert "&lt;b&gt;order" in text
    table = readme_table(cards_of(done.stdout))
    assert "| bm25 |" in table
    filled = with_table("before\n<!-- scorecard -->\nold\n<!-- /scorecard -->\nafter", table)
    assert filled == f"before\n<!-- scorecard -->\n{table}\n<!-- /scorecard -->\nafter"
    with pytest.raises(BadRequest):
        with_table("no markers", table)


def test_a_plain_table_and_markdown(workspace: Workspace, cases: Path, tmp_path: Path) -> None:
    page = tmp_path / "eval.md"
    done = slq(workspace, str(cases), "--planner", "bm25", "--limit", "2", "--report", str(page))
    assert done.exit_code == 0, done.output
    assert "2 cases" in done.output
    assert "multistep" in done.output
    assert page.read_text(encoding="utf-8").startswith("# The bm25 planner")


def test_what_cannot_be_done_is_said(
    workspace: Workspace, cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(slq(workspace, str(cases), "--planner", "oracle").exception, BadRequest)
    assert isinstance(slq(workspace, str(cases), "--report", "eval.pdf").exception, BadRequest)
    assert isinstance(slq(workspace, str(cases), "--all", "--planner", "bm25").exception, BadRequest)
    assert isinstance(slq(workspace, str(tmp_path / "none.jsonl"), "--planner", "bm25").exception, BadRequest)
    assert isinstance(slq(workspace, str(cases), "--adapter", str(cases)).exception, ModelError)
    monkeypatch.setattr("copilot.eval_cli.SCORECARD", tmp_path / "wheel")
    found = slq(workspace, "--planner", "bm25").exception
    assert isinstance(found, BadRequest)
    assert "file of cases" in found.hint


def test_margins_and_confusion(cases: Path) -> None:
    load, other = Call.model_validate(LOAD), Call(tool="show_data", args={"symbols": ["IBM"]})
    plans = [Plan(call=load, margin=0.9), Plan(call=load, margin=0.2), Plan(call=other, margin=0.2)]
    outcomes = run_cases(read_cases(cases), LiveState(), ScriptedPlanner(plans))
    curve = risk_coverage(outcomes)
    assert [(round(coverage, 3), round(accuracy, 3)) for coverage, accuracy, _ in curve.points] == [
        (0.333, 1.0),
        (1.0, 0.333),
    ]
    assert curve.area == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    counts = confusion(outcomes)
    assert counts["ingest_data", "ingest_data"] == 2
    assert counts["show_report", NOTHING] == 1
    assert counts["reply refuse", "show_data"] == 1
    assert by_tool(outcomes)["ingest_data"].exact == 0.5
    assert [each.case.id for each in worst(outcomes)] == ["b", "c"]
    assert risk_coverage([]).points == ()


def test_latency_is_counted_once() -> None:
    bins = latency_bins([10, 50, 499, 9000])
    assert sum(count for _, count in bins) == 4
    assert bins[0] == ("< 50", 1)
    assert bins[-1] == ("more", 1)
