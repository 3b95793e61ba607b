from __future__ import annotations

import pytest

from copilot.slash import parse_slash
from tools.kernel.errors import BadRequest


@pytest.mark.parametrize(
    ("line", "tool", "args"),
    [
        (
            "run_experiment tech stocks --features rsi_14,volume_spike_20",
            "run_experiment",
            {"symbols": ["tech stocks"], "features": ["rsi_14", "volume_spike_20"]},
        ),
        ("run_experiment AAPL MSFT --top-n 2", "run_experiment", {"symbols": ["AAPL", "MSFT"], "top_n": 2}),
        (
            "ingest_data Apple, IBM --start=2005-01-01",
            "ingest_data",
            {"symbols": ["Apple", "IBM"], "start": "2005-01-01"},
        ),
        ("propose_trades 50k", "propose_trades", {"capital_usd": 50_000}),
        (
            "propose_trades $1,250.50 --max_positions 3",
            "propose_trades",
            {"capital_usd": 1250.5, "max_positions": 3},
        ),
        ("query_data select 'a, b' as x", "query_data", {"sql": "select 'a, b' as x"}),
        ("list_inventory", "list_inventory", {}),
        (
            'run_experiment tech stocks --features "rsi(14) * zscore(volume, 20), momentum_20"',
            "run_experiment",
            {"symbols": ["tech stocks"], "features": ["rsi(14) * zscore(volume, 20)", "momentum_20"]},
        ),
        (
            "generate_features rsi(14) * zscore(volume, 20), skew_60 --symbols IBM,MSFT",
            "generate_features",
            {"features": ["rsi(14) * zscore(volume, 20)", "skew_60"], "symbols": ["IBM", "MSFT"]},
        ),
        (
            "generate_features --name mine --code def feature(bars):\n    return bars['close'] * 0",
            "generate_features",
            {"name": "mine", "code": "def feature(bars):\n    return bars['close'] * 0"},
        ),
        (
            'run_python result = bars["close"].mean() --symbols IBM, MSFT --start 2005-01-01',
            "run_python",
            {"code": 'result = bars["close"].mean()', "symbols": ["IBM", "MSFT"], "start": "2005-01-01"},
        ),
        (
            "run_python --symbols=IBM x = bars['close']\nresult = x.max()",
            "run_python",
            {"code": "x = bars['close']\nresult = x.max()", "symbols": ["IBM"]},
        ),
        ("run_python 'result = 1 - -1'", "run_python", {"code": "result = 1 - -1"}),
        ("show_report exp_20260101_X", "show_report", {"experiment": "exp_20260101_X"}),
    ],
)
def test_words_and_flags_become_arguments(line: str, tool: str, args: dict[str, object]) -> None:
    call = parse_slash(line)
    assert (call.tool, call.args) == (tool, args)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("run_experimnt AAPL", "Did you mean run_experiment"),
        ("run_experiment AAPL --colour red", "Usage: /run_experiment"),
        ("show_report 'half", "Usage: /show_report"),
    ],
)
def test_a_slip_is_answered_with_the_usage(line: str, says: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_slash(line)
    assert says in caught.value.hint
