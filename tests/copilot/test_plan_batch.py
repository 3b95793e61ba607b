"""`slq plan --batch`: the line format, lenient observations, and errors that name the line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from copilot.batch import plan_batch, read_line, read_state
from copilot.messages import Call, LiveState, Plan
from copilot.model.scripted import ScriptedPlanner
from tools.kernel.errors import BadRequest


def test_one_line_in_one_line_out() -> None:
    planner = ScriptedPlanner([Plan(call=Call(tool="show_report"), margin=0.75, ms=12.34)])
    lines = ['{"id": "a", "turns": [{"user": "open the report"}]}', "", "   "]
    (answer,) = plan_batch(lines, LiveState(), planner)
    assert json.loads(answer) == {
        "id": "a",
        "call": {"tool": "show_report", "args": {}},
        "margin": 0.75,
        "ms": 12.3,
    }


def test_calls_become_steps_and_replies_answers() -> None:
    line = json.dumps(
        {
            "id": 7,
            "turns": [
                {"user": "load it"},
                {"call": {"tool": "reply", "args": {"ask": "Which symbols?"}}, "observation": None},
                {"user": "IBM"},
                {"call": {"tool": "ingest_data", "args": {"symbols": ["IBM"]}}, "observation": {"rows": 3}},
                {"user": "test it"},
                {
                    "call": {"tool": "run_experiment", "args": {"symbols": ["IBM"]}},
                    "observation": {
                        "status": "failed",
                        "failure": {
                            "kind": "NoData",
                            "message": "No bars.",
                            "suggestion": {"tool": "ingest_data", "args": {"symbols": ["IBM"]}},
                        },
                    },
                },
            ],
        }
    )
    name, turns = read_line(line, 1)
    assert name == "7"
    assert [turn.user for turn in turns] == ["load it", "IBM", "test it"]
    assert turns[0].answer == "Which symbols?"
    assert not turns[0].steps
    assert turns[1].steps[0].status == "ok"
    assert turns[1].steps[0].result == {"rows": 3}
    failure = turns[2].steps[0].failure
    assert failure is not None
    assert failure.suggestion == Call(tool="ingest_data", args={"symbols": ["IBM"]})


@pytest.mark.parametrize(
    "seen", [None, "done", 3, [], {"error": "no such symbol"}, {"status": "error"}, {"error": {}}]
)
def test_any_observation_is_read(seen: object) -> None:
    turns = [{"user": "x"}, {"call": {"tool": "show_report"}, "observation": seen}]
    _, (turn,) = read_line(json.dumps({"id": "a", "turns": turns}), 1)
    assert turn.steps[0].call.tool == "show_report"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"turns": []}',
        '{"id": "a", "turns": []}',
        '{"id": "a", "turns": ["hi"]}',
        '{"id": "a", "turns": [{"assistant": "hi"}]}',
        '{"id": "a", "turns": [{"call": {"tool": "show_report"}}]}',
    ],
)
def test_a_malformed_line_is_named(line: str) -> None:
    planner = ScriptedPlanner([Call(tool="show_report")])
    good = '{"id": "a", "turns": [{"user": "x"}]}'
    answers = plan_batch([good, line], LiveState(), planner)
    next(answers)
    with pytest.raises(BadRequest, match="Line 2") as caught:
        next(answers)
    assert "\n" not in caught.value.message


def test_state_files(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"symbols": ["IBM"], "experiments": ["exp_1"]}')
    assert read_state(path) == LiveState(symbols=("IBM",), experiments=("exp_1",))
    path.write_text('{"symbol": ["IBM"]}')
    with pytest.raises(BadRequest, match="symbol"):
        read_state(path)
    path.write_text("[")
    with pytest.raises(BadRequest):
        read_state(path)
    with pytest.raises(BadRequest, match="Cannot read"):
        read_state(tmp_path / "none.json")
