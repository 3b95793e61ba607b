"""What is said and shown of each view of `show_data`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from copilot.answer import answer_for
from copilot.messages import Call, Observation, Turn
from copilot.theme import THEME
from copilot.view import result_view
from tools.ingest.sample import SampleSource
from tools.ingest.source import Request
from tools.ingest.tool import SHOW_DATA, ShowArgs
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context, silent
from tools.lake.store import open_lake


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Context:
    workspace = Workspace(Path(tmp_path_factory.mktemp("words")) / "ws")
    fetched = SampleSource().fetch(Request(("AAPL", "IBM")), silent)
    bars = fetched.bars
    other = bars[(bars["symbol"] == "IBM") & (bars["ts"] < "2000-04-01")].iloc[1:].assign(source="yahoo")
    other["close"] = other["close"].where(other["ts"] != "2000-03-06", other["close"] * 1.01)
    with open_lake(workspace) as lake:
        lake.write_bars(bars, fetched.actions, message="sample")
        lake.write_bars(other[other["ts"] != "2000-03-10"], fetched.actions.iloc[:0], message="yahoo")
    return Context(workspace, Settings(_env_file=None))


def tell(ctx: Context, **args: Any) -> tuple[str, str]:
    """Return what is said and what is shown."""
    record = SHOW_DATA.run(ctx, ShowArgs.model_validate(args)).model_dump(mode="json")
    step = Observation(call=Call(tool="show_data", args=args), status="ok", call_id="c1", result=record)
    out = StringIO()
    Console(file=out, width=140, theme=THEME).print(result_view("show_data", record) or "")
    return answer_for(Turn(user="show", steps=(step,)), Call(tool="reply"), ()), out.getvalue()


def narrow(ctx: Context, args: dict[str, Any]) -> str:
    """Return the tables as 80 columns show them: no column may vanish."""
    record = SHOW_DATA.run(ctx, ShowArgs.model_validate(args)).model_dump(mode="json")
    out = StringIO()
    Console(file=out, width=80, theme=THEME).print(result_view("show_data", record) or "")
    return out.getvalue()


@pytest.mark.parametrize(
    ("args", "said", "shown"),
    [
        ({"symbols": ["AAPL"]}, "3,270 1d bars, 2000-03-01 to 2013-03-01, close on 2012-03-01 544.47", "544.47"),
        ({"symbols": ["IBM"]}, "Also held from yahoo.", "sample"),
        ({"symbols": ["AAPL"], "view": "bars"}, "The bars after that day are sealed", "2012-03-01"),
        ({"symbols": ["AAPL"], "view": "gaps"}, "no gaps; all 3,270 bars that the calendar XNYS expects", "XNYS"),
        ({"symbols": ["IBM"], "view": "gaps"}, "1 of 22 expected bars are missing", "2000-03-10"),
        ({"symbols": ["AAPL"], "view": "actions"}, "AAPL: 2 splits and", "2000-06-21"),
        ({"symbols": ["IBM"], "view": "changes"}, "21 new, 0 restated and 0 removed rows of IBM in bars.", "bars"),
        ({"symbols": ["IBM"], "view": "sources"}, "share 21 bars; 1 of them beyond a difference of 0.1 %", "yahoo"),
        ({"symbols": ["AAPL"], "view": "sources"}, "one source, so there is nothing to compare", "AAPL"),
        ({"symbols": ["IBM"], "view": "quarantine"}, "No row of them is in quarantine.", ""),
        ({"symbols": ["AAPL"], "as_of": "2010-06-30"}, "Nothing was recorded here on 2010-06-30", "251.53"),
        ({"symbols": ["AAPL"], "as_of": "2090-01-01"}, "What was recorded here on 2090-01-01", "544.47"),
    ],
)  # fmt: skip
def test_every_view_is_said_and_shown(loaded: Context, args: dict[str, Any], said: str, shown: str) -> None:
    words, table = tell(loaded, **args)
    assert said in words
    assert shown in table
    assert "{" not in words + table
    assert args["symbols"][0] in narrow(loaded, args) or not table.strip()
    assert "T00:00:00" not in table
