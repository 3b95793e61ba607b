"""What the model may choose among: everything the words hold, nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.messages import LiveState
from copilot.planner.evidence import gather
from copilot.planner.offers import is_list, names_in, offers
from tools.catalog import TOOLS

TODAY = date(2026, 11, 22)
STATE = LiveState(symbols=("AAPL", "IBM"), features=("auto_calm",))


def offered(tool: str, text: str) -> dict[str, list[object]]:
    return offers(tool, gather(text, STATE, TODAY), STATE)


def test_names_that_are_everyday_words_are_offered_in_order() -> None:
    assert names_in(gather("cat, NVDA, uber and the airlines, download", STATE, TODAY)) == [
        "cat", "NVDA", "uber", "airlines",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "text", "field", "value"),
    [
        ("run_experiment", "beta and rsi on IBM", "features", "beta_63"),
        ("run_experiment", "momentum on IBM, ten trading days", "horizon_days", 10),
        ("run_experiment", "momentum on IBM, a fortnight", "horizon_days", 10),
        ("run_experiment", "momentum on IBM, no name above 25 %", "max_position", 0.25),
        ("run_experiment", "momentum on IBM, stop for good at a 30% loss", "max_drawdown", 0.3),
        (
            "run_backtest",
            "apply to SAP: the close is above its 200 day average",
            "entry",
            "close > sma(200)",
        ),
        ("generate_features", "save rsi(5) - rsi(20) as trendy", "name", "trendy"),
        ("show_data", "rewind AAPL to 15/10/2008", "as_of", "2008-10-15"),
        ("propose_trades", "put 40k to work", "capital_usd", 40000),
    ],
)
def test_a_value_is_found_wherever_it_stands(tool: str, text: str, field: str, value: object) -> None:
    assert value in offered(tool, text)[field]


def test_closed_choices_are_offered_without_their_default() -> None:
    assert offered("show_data", "IBM")["view"] == ["bars", "gaps", "actions", "changes", "sources", "quarantine"]
    assert offered("run_experiment", "IBM")["combinatorial"] == [True]


@given(st.text(max_size=80))
def test_no_figure_is_offered_that_the_words_do_not_hold(text: str) -> None:
    for tool in ("propose_trades", "run_experiment"):
        if not any(letter.isdigit() for letter in text):
            found = offered(tool, "".join(letter for letter in text if letter.isascii() and not letter.isalpha()))
            assert "capital_usd" not in found
            assert "top_n" not in found


def test_lists_and_single_values_are_told_apart() -> None:
    lists = {(tool.name, name) for tool in TOOLS for name in tool.args.model_fields if is_list(tool.name, name)}
    assert ("run_experiment", "symbols") in lists
    assert ("run_experiment", "horizon_days") not in lists
