"""The planners to compare with plan, and what is not a call is told from one."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.evals.baselines import NOT_A_CALL, Bm25Planner, NoGrammarPlanner, read_call
from copilot.evals.bm25 import Bm25
from copilot.evals.contenders import available, contender, in_use, load_engine, planner_of
from copilot.evals.score import is_valid
from copilot.messages import Call, LiveState, Turn
from copilot.model.engine import LlamaEngine
from tools.kernel.errors import BadRequest, ModelError
from tools.kernel.settings import Settings

TODAY = date(2026, 11, 22)
STATE = LiveState(symbols=("AAPL", "IBM"))


def test_rare_words_count_more_and_long_texts_less() -> None:
    index = Bm25({"a": ["bars", "news"], "b": ["bars", "report"], "c": ["bars", "report", *["x"] * 20]})
    assert [name for name, _ in index.rank(["report"])] == ["b", "c", "a"]
    assert index.rank(["report", "news"])[0][0] == "a"
    assert all(score == 0 for _, score in index.rank(["nowhere"]))


def test_bm25_finds_a_tool_by_its_words_and_fills_it() -> None:
    planner = Bm25Planner(lambda: TODAY)
    plan = planner.plan([Turn(user="download price bars of IBM since 2005")], STATE)
    assert plan.call == Call(tool="ingest_data", args={"symbols": ["IBM"], "start": "2005-01-01"})
    assert 0 < plan.margin <= 1
    assert planner.plan([Turn(user="xyzzy")], STATE).call.tool == "reply"
    assert "ask" in planner.plan([Turn(user="download price bars")], STATE).call.args


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ('{"tool":"show_report","args":{}}', Call(tool="show_report")),
        ('{"tool":"show_report","args":{}} and so on', NOT_A_CALL),
        ('{"tool":"show_report","args":', NOT_A_CALL),
        ("Sure!", NOT_A_CALL),
        ("[1]", NOT_A_CALL),
    ],
)
def test_only_a_whole_call_is_one(text: str, call: Call) -> None:
    assert read_call(text) == call


def test_without_grammar_the_model_writes_what_it_likes() -> None:
    planner = NoGrammarPlanner(LlamaEngine(context_tokens=1024), lambda: TODAY)
    plan = planner.plan([Turn(user="load IBM")], STATE)
    assert plan.call == NOT_A_CALL, "untuned, it writes prose"
    assert not is_valid(plan.call)


def test_planners_by_name() -> None:
    settings = Settings(_env_file=None)
    assert contender(" BM25 ") == "bm25"
    with pytest.raises(BadRequest, match="no planner"):
        contender("oracle")
    assert in_use(settings, None) == "untuned"
    assert "tuned" not in available(None)
    with pytest.raises(ModelError, match="adapter"):
        load_engine("tuned", settings, None)
    engine = load_engine("bm25", settings, None)
    steps = planner_of("bm25", engine, settings).plan(
        [Turn(user="download bars of IBM, then open the report")], STATE
    )
    assert [call.tool for call in (steps.call, *steps.ahead)] == ["ingest_data", "show_report"]
