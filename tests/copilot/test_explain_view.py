"""An explanation in the terminal: readable at 80 columns, and its answer is looked up in its record."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from copilot.answer import answer_for
from copilot.messages import Call, Observation, Turn
from copilot.theme import THEME
from copilot.view import outcome
from tools.catalog import find_tool
from tools.explain.record import Explanation
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    workspace = Workspace(tmp_path_factory.mktemp("explained") / "ws")
    workspace.create()
    context = Context(workspace, Settings(_env_file=None, sources="sample"))
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        ("ingest_data", {"symbols": ["AAPL", "IBM"]}),
        (
            "run_experiment",
            {"symbols": ["AAPL", "IBM"], "features": ["rsi_14", "momentum_20"], "start": "2007-01-01"},
        ),
        ("explain_experiment", {}),
    )
    for name, args in calls:
        tool = find_tool(name)
        result = tool.run(context, tool.args.model_validate(args))
    return dict(result.model_dump(mode="json"))


def observed(record: dict[str, Any]) -> Observation:
    return Observation(call=Call(tool="explain_experiment"), status="ok", call_id="c4", result=record)


def shown(record: dict[str, Any], width: int = 80) -> str:
    out = StringIO()
    Console(file=out, width=width, theme=THEME).print(outcome(observed(record)))
    return out.getvalue()


def test_it_is_readable_at_80_columns(record: dict[str, Any]) -> None:
    text = shown(record)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    for name in ("rsi_14", "momentum_20"):
        (line,) = [each for each in lines if each.strip().startswith(name)]
        assert "%" in line
        assert any(block in line for block in "▁▂▃▄▅▆▇█")
    assert "not stable" in text or "importance stable" in text
    assert "what sets it apart" in text
    assert "of the starting capital" in text


@pytest.mark.parametrize("width", [50, 80, 140])
def test_many_features_holdings_and_symbols_are_cut_short(record: dict[str, Any], width: int) -> None:
    names = [f"zscore(returns({number}), 20) * volume_spike({number})" for number in range(30)]
    many = {
        **record,
        "features": [{**record["features"][0], "feature": name} for name in names],
        "holdings": [{**record["holdings"][0], "symbol": f"SYM{number}"} for number in range(20)],
        "positions": {
            **record["positions"],
            "earned": [{**record["positions"]["earned"][0], "symbol": f"SYM{number}"} for number in range(20)],
        },
    }
    text = shown(many, width)
    assert "... and 18 more features" in text
    assert "... and 12 more" in text
    assert max(map(len, text.splitlines())) <= width


def test_a_rule_shows_its_conditions(record: dict[str, Any]) -> None:
    conditions = {"entry": "sma(50) > sma(200)", "entry_true": 0.6, "exit": "rsi(14) > 80", "exit_true": None}
    empty = {"features": [], "stability": None, "holdings": [], "curves": [], "window_start": None, "model": "rule"}
    text = shown({**record, **empty, "conditions": conditions})
    assert "sma(50) > sma(200)" in text
    assert "60.0 %" in text
    assert "nothing is trained" in text


def test_the_answer_is_the_narrative_looked_up(record: dict[str, Any]) -> None:
    said = answer_for(Turn(user="why", steps=(observed(record),)), Call(tool="reply"), [])
    assert "{" not in said
    assert said.count("\n") == len(Explanation.model_validate(record).narrative) - 1
    assert record["features"][0]["feature"] in said
    assert f"{record['oos']['sharpe']:,.2f}" in said
