"""A call written as a slash command is that call again when it is parsed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.edit_line import same
from copilot.messages import Call
from copilot.slash import parse_slash
from copilot.slash_form import short_form, slash_form
from tools.kernel.errors import BadRequest

NAMES = st.lists(st.sampled_from(["AAPL", "tech stocks", "ARK FUND", "Apple", "O'Reilly", "BRK-B"]), min_size=1,
                 max_size=4, unique=True)  # fmt: skip
WRITTEN = ["rsi_14", "rsi(14) * zscore(volume, 20)", "rank(close) - -1", "x if a else b"]
FEATURES = st.lists(st.sampled_from(WRITTEN), min_size=1, max_size=3, unique=True)


@settings(max_examples=50)
@given(NAMES, FEATURES, st.integers(1, 30), st.one_of(st.none(), st.floats(0.01, 0.9)), st.booleans())
def test_an_experiment_survives_the_round_trip(
    symbols: list[str], features: list[str], top_n: int, target: float | None, combinatorial: bool
) -> None:
    args = {"symbols": symbols, "features": features, "top_n": top_n, "combinatorial": combinatorial,
            "start": "2005-01-01", "target_volatility": target}  # fmt: skip
    call = Call(tool="run_experiment", args=args)
    assert same(call, parse_slash(slash_form(call)[1:]))


@pytest.mark.parametrize(
    ("tool", "args", "line"),
    [
        ("ingest_data", {"symbols": ["Apple", "IBM"], "start": "2005-01-01"}, "Apple, IBM --start 2005-01-01"),
        ("ingest_data", {"symbols": ["X"], "path": "/a b/it's.csv"}, 'X --path "/a b/it\'s.csv"'),
        ("query_data", {"sql": "select 'a, b'\nfrom bars"}, "select 'a, b'\nfrom bars"),
        ("propose_trades", {"capital_usd": 50_000.0}, "50000"),
        ("run_backtest", {"symbols": ["IBM"], "entry": "rsi(14) < 30"}, "IBM --entry rsi(14) < 30"),
        ("run_backtest", {"symbols": ["IBM"], "entry": "-rsi(14) < -30"}, "IBM --entry=-rsi(14) < -30"),
        ("run_backtest", {"symbols": ["IBM"], "entry": "a --b"}, 'IBM --entry "a --b"'),
        (
            "run_python",
            {"code": "x = '--symbols'\nresult = \"a\"", "symbols": ["IBM"]},
            "--symbols IBM --code x = '--symbols'\nresult = \"a\"",
        ),
        (
            "run_python",
            {"code": "result = 1", "sql": 'select "a\\b"'},
            '--sql "select \\"a\\\\b\\"" --code result = 1',
        ),
        ("list_inventory", {}, ""),
    ],
)
def test_it_reads_as_a_person_would_type_it(tool: str, args: dict[str, Any], line: str) -> None:
    call = Call(tool=tool, args=args)
    assert slash_form(call) == f"/{tool} {line}".rstrip()
    assert parse_slash(slash_form(call)[1:]).args == args or same(call, parse_slash(slash_form(call)[1:]))


def test_a_long_call_is_named_on_one_line() -> None:
    short = short_form(Call(tool="query_data", args={"sql": "select *\n" * 40}))
    assert len(short) == 100
    assert "\n" not in short
    assert short.endswith("...")


def test_an_edit_has_to_be_valid() -> None:
    call = Call(tool="run_experiment", args={"symbols": ["IBM"], "features": ["rsi_14"]})
    assert not same(call, Call(tool="list_inventory"))
    with pytest.raises(BadRequest, match="top_n"):
        same(call, Call(tool="run_experiment", args={**call.args, "top_n": "many"}))
