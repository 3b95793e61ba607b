"""A rule on the terminal: its card, its answer, its slash command and its help."""

from __future__ import annotations

import io

import pytest
from rich.console import Console, RenderableType

from copilot.answer import answer_for
from copilot.messages import Call, Observation, Turn
from copilot.slash import parse_slash
from copilot.theme import THEME
from copilot.tool_help import tool_help
from copilot.view import result_view
from tools.catalog import find_tool
from tools.ingest.tool import IngestArgs, ingest_data
from tools.kernel.spec import Context
from tools.research.record import BacktestArgs
from tools.research.tool import run_backtest


def shown(view: RenderableType) -> str:
    console = Console(file=io.StringIO(), width=120, theme=THEME)
    console.print(view)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_card_and_the_answer_of_a_rule(context: Context) -> None:
    ingest_data(context, IngestArgs(symbols=("IBM",)))
    record = run_backtest(
        context, BacktestArgs(symbols=("IBM",), entry="rsi(14) < 30", exit="rsi(14) > 70")
    ).model_dump(mode="json")
    view = result_view("run_backtest", record)
    assert view is not None
    card = shown(view)
    assert "enter when rsi(14) < 30, leave when rsi(14) > 70 on IBM" in card
    assert "folds" not in card
    assert "horizon" not in card
    assert "fill at the next open" in card
    assert "NO EDGE" in card
    step = Observation(call=Call(tool="run_backtest"), status="ok", result=record, call_id="c1")
    said = answer_for(Turn(user="...", steps=(step,)), Call(tool="reply", args={"text": ""}), ())
    assert said.startswith("After costs, the Sharpe ratio is ")
    assert "first trial of this hypothesis" in said


@pytest.mark.parametrize(
    "line",
    [
        "run_backtest AAPL, MSFT --entry sma(50) > sma(200) --exit close < sma(20)",
        'run_backtest --entry "sma(50) > sma(200)" --exit="close < sma(20)" --symbols AAPL,MSFT',
    ],
)
def test_the_slash_command(line: str) -> None:
    call = parse_slash(line)
    assert call.args == {"symbols": ["AAPL", "MSFT"], "entry": "sma(50) > sma(200)", "exit": "close < sma(20)"}


def test_the_help_says_what_is_needed() -> None:
    text = shown(tool_help(find_tool("run_backtest")))
    assert "Usage: /run_backtest <symbols> --entry ... [--exit ...] [--start ...] [--end ...]" in text
    assert text.count("needed") == 2
