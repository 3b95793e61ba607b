"""What is shown and said about features and scripts: real records of the lab, and records of what is rare."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, RenderableType

from copilot.answer import answer_for
from copilot.lab_view import FOLDED_LINES
from copilot.messages import Call, Failure, Observation, Turn
from copilot.theme import THEME
from copilot.view import call_card, outcome, result_view
from tools.catalog import find_tool
from tools.kernel.errors import BadRequest, WorkspaceError
from tools.kernel.spec import Context, Effect

SYMBOLS = ["AAPL", "IBM", "MSFT"]
RETURN = 'def feature(bars):\n    close = bars["close"]\n    return close / close.shift(5) - 1\n'
WEEKDAY = """gap = bars["open"]["IBM"] / bars["close"]["IBM"].shift(1) - 1
result = gap.groupby(gap.index.dayofweek).mean()
"""
YEARLY = 'result = bars["close"].groupby(bars["close"].index.year).mean()'


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """Return a context on a workspace with the sample's bars of three symbols."""
    from tools.kernel.paths import Workspace
    from tools.kernel.settings import Settings

    workspace = Workspace(tmp_path_factory.mktemp("lab_view") / "ws")
    workspace.create()
    made = Context(workspace, Settings(_env_file=None, sources="sample"))
    run(made, "ingest_data", symbols=SYMBOLS)
    return made


def run(context: Context, tool_name: str, /, **args: Any) -> dict[str, Any]:
    tool = find_tool(tool_name)
    record: dict[str, Any] = tool.run(context, tool.args.model_validate(args)).model_dump(mode="json")
    return record


def shown(view: RenderableType | None, width: int = 110) -> str:
    assert view is not None
    out = StringIO()
    Console(file=out, width=width, theme=THEME).print(view)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def said(tool: str, result: dict[str, Any] | None, failure: Failure | None = None) -> str:
    status = "ok" if failure is None else "failed"
    step = Observation(call=Call(tool=tool), status=status, call_id="c1", result=result, failure=failure)
    return answer_for(Turn(user="x", steps=(step,)), Call(tool="reply"), ())


@pytest.fixture(scope="module")
def generated(context: Context) -> dict[str, Any]:
    return run(context, "generate_features", features=["rsi(14) * zscore(volume, 20)", "rsi_14"], symbols=SYMBOLS)


@pytest.fixture(scope="module")
def from_code(context: Context) -> dict[str, Any]:
    return run(context, "generate_features", code=RETURN, name="mine", symbols=SYMBOLS)


def test_a_feature_shows_what_it_is_what_was_proved_and_where_it_is(generated: dict[str, Any]) -> None:
    text = shown(result_view("generate_features", generated))
    for words in (
        "rsi(14) * zscore(volume, 20)",
        "warm-up",
        "no look-ahead found:",
        "probes on 3,020 bars of 3 symbols",
        "one bar late",
        "95 % of placebos within ±0.",
        "data/features/auto_rsi_14.html",
        "data/features/auto_rsi_14.py",
        "last 60 bars, 2011-12-05 to 2012-03-01",
    ):
        assert words in text
    lines = [line for line in text.splitlines() if line.startswith("IBM")]
    assert len(lines) == 2
    assert all(sum(character in "▁▂▃▄▅▆▇█" for character in line) == 60 for line in lines)
    assert "sandbox" not in text


@pytest.mark.parametrize("width", [60, 100])
def test_lines_fit_a_narrow_terminal(generated: dict[str, Any], width: int) -> None:
    assert all(
        len(line) <= width for line in shown(result_view("generate_features", generated), width).splitlines()
    )


def test_code_says_that_it_ran_in_the_sandbox(from_code: dict[str, Any]) -> None:
    assert "ran in the sandbox: policy" in shown(result_view("generate_features", from_code))


def test_a_weaker_sandbox_is_a_warning(from_code: dict[str, Any]) -> None:
    weak = from_code | {"layers": {"limits": "enforced", "system calls": "unavailable"}}
    assert "! ran in a weaker sandbox: system calls unavailable" in shown(result_view("generate_features", weak))


def test_the_answer_names_the_features_and_takes_figures_from_the_record(generated: dict[str, Any]) -> None:
    answer = said("generate_features", generated)
    assert "auto_rsi_14 is kept: no look-ahead was found on 3,020 bars of 3 symbols." in answer
    assert f"rank correlation with the next return is {generated['features'][1]['evidence']['ic']:+.3f}" in answer
    assert "{" not in answer


def leaking(context: Context) -> dict[str, Any]:
    record = run(context, "check_features", features=["rsi_14"], symbols=SYMBOLS)
    feature = record["features"][0]
    peek = "rsi_14 peeks: cut at 2012-05-01, its value for IBM on that day changes from 0.5 to -0.25."
    checks = [
        each | {"passed": False, "detail": peek} if each["name"] == "future" else each
        for each in feature["evidence"]["checks"]
    ]
    changed = feature | {"holds": False, "evidence": feature["evidence"] | {"checks": checks}}
    return record | {"features": [changed], "leaking": ["rsi_14"]}


def test_is_it_leaking_is_answered_yes_or_no(context: Context) -> None:
    honest = run(context, "check_features", features=["rsi_14"], symbols=SYMBOLS)
    assert said("check_features", honest).startswith("No, rsi_14 does not leak")
    leaky = leaking(context)
    answer, text = said("check_features", leaky), shown(result_view("check_features", leaky))
    assert answer.startswith("Yes, rsi_14 leaks. rsi_14 peeks: cut at 2012-05-01")
    assert "✗ rsi_14 peeks" in text
    assert "no look-ahead found" not in text


def test_what_could_not_be_checked_is_not_called_honest(context: Context) -> None:
    record = leaking(context)
    feature = record["features"][0]
    checks = [
        each | {"passed": None, "detail": "not run: too few bars"} if each["passed"] is False else each
        for each in feature["evidence"]["checks"]
    ]
    blank = {"checks": checks, "ic": None, "ic_lagged": None, "placebo_p95": None}
    unsure = record | {"features": [feature | {"evidence": feature["evidence"] | blank, "recent": []}]}
    assert "rsi_14 is not proved" in said("check_features", unsure)
    text = shown(result_view("check_features", unsure))
    assert "? future: not run: too few bars" in text
    assert "IC undefined" in text


def test_a_table_by_weekday_has_bars(context: Context) -> None:
    record = run(context, "run_python", code=WEEKDAY, symbols=["IBM"])
    text = shown(result_view("run_python", record))
    assert sum("█" in line or "▌" in line for line in text.splitlines()) >= 3
    assert "ran in the sandbox" in text
    assert said("run_python", record).startswith("5 rows, computed from IBM at snapshot")


def test_a_number_is_said_by_reference(context: Context) -> None:
    record = run(context, "run_python", code='result = float(bars["close"]["IBM"].count())', symbols=["IBM"])
    assert "3,020" in shown(result_view("run_python", record))
    assert said("run_python", record).startswith("The answer is 3,020, computed from IBM")
    assert "undefined" in said("run_python", record | {"number": None})
    assert "undefined" in shown(result_view("run_python", record | {"number": None}))


def test_a_figure_is_a_page(context: Context) -> None:
    code = 'result = {"data": [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}], "layout": {}}'
    record = run(context, "run_python", code=code, symbols=["IBM"])
    assert record["page"] in shown(result_view("run_python", record))
    assert said("run_python", record).endswith(record["page"])
    assert (context.workspace.root / record["page"]).is_file()


@pytest.mark.parametrize(
    ("columns", "rows", "charted"),
    [
        (["day", "mean"], [["Mon", 0.1], ["Tue", -0.2]], True),
        (["month", "mean"], [[1, 0.1], [2, -0.2], [3, None]], True),
        (["x", "y"], [[1.5, 0.1], [0.5, -0.2]], False),
        (["a", "b", "c"], [["x", 1.0, 2.0], ["y", 2.0, 1.0]], False),
        (["day", "word"], [["Mon", "up"], ["Tue", "down"]], False),
        (["day", "mean"], [["Mon", 0.1]], False),
        (["day", "mean"], [[f"d{day}", 1.0] for day in range(50)], False),
    ],
)
def test_only_labels_beside_one_number_are_charted(columns: list[str], rows: list[Any], charted: bool) -> None:
    record = {
        "kind": "table",
        "columns": columns,
        "rows": rows,
        "row_count": len(rows),
        "layers": {},
        "warnings": [],
    }
    assert ("█" in shown(result_view("run_python", record))) == charted


def test_rows_beyond_the_screen_are_counted() -> None:
    rows = [[f"d{day}", 1.0] for day in range(50)]
    record = {
        "kind": "table",
        "columns": ["d", "v"],
        "rows": rows,
        "row_count": 1234,
        "layers": {},
        "warnings": ["w"],
    }
    text = shown(result_view("run_python", record))
    assert "... and 1,194 more rows" in text
    assert "! w" in text


def test_the_card_shows_code_with_line_numbers_and_folds_what_is_long() -> None:
    card = shown(call_card(Call(tool="run_python", args={"code": WEEKDAY, "symbols": ["IBM"]}), Effect.EXECUTE))
    assert "1  gap = " in card
    assert "2  result = " in card
    long = "\n".join(f"x{line} = [bold]{line}" for line in range(100))
    card = shown(call_card(Call(tool="run_python", args={"code": long}), Effect.EXECUTE))
    assert f"... and {100 - FOLDED_LINES} more lines" in card
    assert "x0 = [bold]0" in card
    assert "x99" not in card


def test_control_characters_in_code_do_not_reach_the_terminal() -> None:
    card = shown(call_card(Call(tool="run_python", args={"code": "x = 1\x1b[2J\u202e\r"}), Effect.EXECUTE))
    assert "\x1b" not in card
    assert "\u202e" not in card


def test_a_refusal_is_not_called_a_failure() -> None:
    peek = Failure(kind="GateFailed", message="auto_x peeks.", hint="shift(1) looks back.")
    refused = Observation(call=Call(tool="generate_features"), status="failed", failure=peek)
    text = shown(outcome(refused))
    assert "✗ refused" in text
    assert "auto_x peeks." in text
    assert "shift(1) looks back." in text
    assert said("generate_features", None, peek) == "auto_x peeks. shift(1) looks back."
    failed = refused.model_copy(update={"failure": Failure(kind="NoData", message="No bars.")})
    assert "✗ failed" in shown(outcome(failed))


def test_the_page_of_a_feature_opens_as_a_report(context: Context, generated: dict[str, Any]) -> None:
    name = generated["features"][1]["name"]
    record = run(context, "show_report", experiment=name)
    assert Path(record["path"]).name == f"{name}.html"
    assert said("show_report", record).splitlines() == [f"The page of {name}:", record["path"]]
    assert result_view("show_report", record) is None
    with pytest.raises(BadRequest, match="no generated feature"):
        run(context, "show_report", experiment="auto_nothing")


def test_a_feature_whose_page_is_gone_says_so(context: Context, from_code: dict[str, Any]) -> None:
    (context.workspace.root / from_code["features"][0]["page"]).unlink()
    with pytest.raises(WorkspaceError, match="page of auto_mine is missing"):
        run(context, "show_report", experiment="auto_mine")


def test_years_have_no_thousands_separator(context: Context) -> None:
    mean = run(context, "run_python", code=YEARLY, symbols=["IBM"])
    assert mean["columns"] == ["ts", "IBM"]
    text = shown(result_view("run_python", mean))
    assert "2010 " in text
    assert "2,010" not in text
    sql = "select extract(year from ts) as year, 2010 as shares from bars where symbol = 'IBM' limit 1"
    text = shown(result_view("query_data", run(context, "query_data", sql=sql)))
    assert "2,010" in text
    assert "2,0" not in text.splitlines()[1].split()[0]
