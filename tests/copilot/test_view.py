"""Every record can be shown, and what is shown says what it must."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console, RenderableType

from copilot.messages import Call, Failure, Observation
from copilot.theme import THEME, banner
from copilot.view import VIEWS, call_card, outcome, result_view
from tools.catalog import TOOLS, find_tool
from tools.kernel.spec import Context, Effect

CALLS = {
    "ingest_data": {"symbols": ["AAPL", "IBM"]},
    "run_experiment": {"symbols": ["AAPL", "IBM"], "features": ["momentum_20"]},
    "compare_experiments": {},
    "list_inventory": {"kind": "experiments"},
    "query_data": {"sql": "select symbol, count(*) as bars, null as nothing from bars group by symbol"},
    "show_report": {},
    "propose_trades": {"capital_usd": 50_000},
}


def shown(view: RenderableType, width: int = 100) -> str:
    out = StringIO()
    Console(file=out, width=width, theme=THEME).print(view)
    return out.getvalue()


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Return a real record of every tool, from a workspace with two experiments."""
    from tools.kernel.paths import Workspace
    from tools.kernel.settings import Settings

    workspace = Workspace(tmp_path_factory.mktemp("view") / "ws")
    workspace.create()
    context = Context(workspace, Settings(_env_file=None))
    made: dict[str, dict[str, object]] = {}
    for name, args in CALLS.items():
        tool = find_tool(name)
        if name == "compare_experiments":
            tool_args = find_tool("run_experiment").args(symbols=("AAPL", "IBM"), features=("rsi_14",))
            find_tool("run_experiment").run(context, tool_args)
        made[name] = tool.run(context, tool.args.model_validate(args)).model_dump(mode="json")
    return made


@pytest.mark.parametrize("name", list(CALLS))
@pytest.mark.parametrize("width", [60, 140])
def test_every_record_has_a_view(records: dict[str, dict[str, object]], name: str, width: int) -> None:
    view = result_view(name, records[name])
    assert view is not None
    text = shown(view, width)
    assert text.strip()
    assert "{" not in text


def test_every_tool_has_a_view() -> None:
    assert set(VIEWS) == {tool.name for tool in TOOLS}


def test_a_ticket_shows_what_a_decision_needs(records: dict[str, dict[str, object]]) -> None:
    view = result_view("propose_trades", records["propose_trades"])
    assert view is not None
    text = shown(view)
    for needed in (
        "$50,000.00",
        "cash",
        "cost",
        "± standard error",
        "equal weight",
        "expires",
        "days old",
        "STALE DATA",
    ):
        assert needed in text


def test_a_card_marks_numbers_nobody_stated() -> None:
    text = shown(call_card(Call(tool="propose_trades", args={"capital_usd": 7}), Effect.TRADE, ("capital_usd",)))
    assert "assumed" in text
    assert "trade" in text
    assert "assumed" not in shown(call_card(Call(tool="propose_trades", args={"capital_usd": 7}), Effect.TRADE))


def test_a_failure_shows_what_to_do() -> None:
    failed = Observation(
        call=Call(tool="run_experiment"),
        status="failed",
        failure=Failure(kind="NoData", message="No.", hint="Load it."),
    )
    assert "Load it." in shown(outcome(failed))


def test_text_from_outside_is_never_markup() -> None:
    record = {"columns": ["[red]x"], "rows": [["[bold]y[/]", "\x1b[31mz"]], "row_count": 1}
    view = result_view("query_data", {**record, "columns": ["[red]x", "z"]})
    assert view is not None
    text = shown(view)
    assert "[red]x" in text
    assert "[bold]y[/]" in text
    assert "\x1b[31m" not in text


def test_the_banner_fits_a_narrow_terminal() -> None:
    assert all(len(line) <= 40 for line in banner().plain.splitlines())


def test_a_card_says_which_of_several_steps_it_is() -> None:
    call = Call(tool="list_inventory")
    assert "list_inventory · read · step 2 of 3" in shown(call_card(call, Effect.READ, steps=(2, 3)))
    assert "step" not in shown(call_card(call, Effect.READ))
