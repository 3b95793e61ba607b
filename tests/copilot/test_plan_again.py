"""The last query, script or formula with something else in it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from copilot.messages import Call, LiveState, Observation, Turn
from copilot.planner.again import again
from copilot.planner.evidence import gather

QUERY = Call(tool="query_data", args={"sql": "SELECT max(close) FROM bars WHERE symbol = 'AAPL'"})
ROWS = Call(tool="query_data", args={"sql": "select symbol, avg(volume) from bars group by symbol limit 10"})
COUNTS = Call(tool="query_data", args={"sql": "SELECT symbol, count(*) FROM bars GROUP BY symbol"})
SCRIPT = Call(tool="run_python", args={"code": "result = bars['close'].std()", "symbols": ["IBM"]})
RULE = Call(tool="run_backtest", args={"symbols": ["IBM"], "entry": "rsi(14) < 30", "exit": "rsi(14) > 70"})
SEEN = Call(tool="show_data", args={"symbols": ["IBM"], "as_of": "2015-12-31"})
TEST = Call(tool="run_experiment", args={"symbols": ["IBM"], "start": "2010-01-01", "end": "2015-12-31"})
LOADED = Call(tool="ingest_data", args={"symbols": ["IBM"], "start": "2001-01-01"})
DATED = Call(tool="run_python", args={**SCRIPT.args, "start": "2010-01-01", "end": "2014-12-31"})
TRADES = Call(tool="propose_trades", args={"capital_usd": 50000, "max_positions": 4})
SKEW = Call(tool="generate_features", args={"features": ["skew_30"]})
STRETCH = Call(tool="generate_features", args={"features": ["close / sma(50) - 1"], "name": "stretch"})
TREND = Call(tool="run_backtest", args={"symbols": ["IBM"], "entry": "close > sma(200)"})
CROSS = Call(tool="run_backtest", args={"symbols": ["IBM"], "entry": "sma(50) > sma(200)"})
MOMENTUM = Call(tool="run_experiment", args={"symbols": ["IBM"], "features": ["momentum_20"]})
CASH = Call(tool="propose_trades", args={"capital_usd": 50000})
FORMULA = Call(tool="generate_features", args={"features": ["rsi(14) - rsi(50)"], "name": "rsi_gap"})


def asked(call: Call, text: str) -> dict[str, Any] | None:
    turn = Turn(user="before", steps=(Observation(call=call, status="ok"),))
    found = again([turn], gather(text, LiveState(symbols=("IBM",)), date(2026, 11, 22)))
    return None if found is None else dict(found.args)


@pytest.mark.parametrize(
    ("call", "text", "args"),
    [
        (QUERY, "same query for Microsoft", {"sql": "SELECT max(close) FROM bars WHERE symbol = 'MSFT'"}),
        (QUERY, "now the minimum instead", {"sql": "SELECT min(close) FROM bars WHERE symbol = 'AAPL'"}),
        (ROWS, "give me 50 rows", {"sql": "select symbol, avg(volume) from bars group by symbol limit 50"}),
        (ROWS, "I need the max and not the avg",
         {"sql": "select symbol, max(volume) from bars group by symbol limit 10"}),
        (SCRIPT, "the same for google", {**SCRIPT.args, "symbols": ["google"]}),
        (SCRIPT, "and since 2005", {**SCRIPT.args, "start": "2005-01-01"}),
        (SCRIPT, "from 2010", {**SCRIPT.args, "start": "2010-01-01"}),
        (RULE, "with a 5 day rsi", {**RULE.args, "entry": "rsi(5) < 30", "exit": "rsi(5) > 70"}),
        (SEEN, "and exactly one year before that?", {**SEEN.args, "as_of": "2014-12-31"}),
        (SEEN, "how about 3 days later, on the 3rd?", {**SEEN.args, "as_of": "2016-01-03"}),
        (TEST, "five years later", {**TEST.args, "start": "2015-01-01", "end": "2020-12-31"}),
        (LOADED, "oops, meant 2011", {**LOADED.args, "start": "2011-01-01"}),
        (DATED, "run that code once more without the dates", SCRIPT.args),
        (SKEW, "and now on ibm and msft instead", {**SKEW.args, "symbols": ["ibm", "msft"]}),
        (TRADES, "half that amount", {**TRADES.args, "capital_usd": 25000}),
        (TRADES, "make it double the sum", {**TRADES.args, "capital_usd": 100000}),
        (SKEW, "kurtosis as well, same window", {"features": ["kurtosis_30"]}),
        (STRETCH, "and kurtosis too", {"features": ["kurtosis_60"]}),
        (FORMULA, "again with 7 and 28", {"features": ["rsi(7) - rsi(28)"]}),
        (SKEW, "another one with 90 days", {"features": ["skew_90"]}),
        (SKEW, "rename that: call it lopsided", {"features": ["skew_30"], "name": "lopsided"}),
        (FORMULA, "again with 7 and 28, call that one rsi_quick",
         {"features": ["rsi(7) - rsi(28)"], "name": "rsi_quick"}),
        (STRETCH, "same with 200", {"features": ["close / sma(200) - 1"]}),
        (RULE, "and volume above its 20 day average as well",
         {**RULE.args, "entry": "rsi(14) < 30 and volume > sma(volume, 20)"}),
        (TREND, "exponential average instead", {**TREND.args, "entry": "close > ema(200)"}),
        (MOMENTUM, "use the 60 day version", {**MOMENTUM.args, "features": ["momentum_60"]}),
        (CASH, "make it 80", {"capital_usd": 80000}),
        (CROSS, "what if the short one is 20", {**CROSS.args, "entry": "sma(20) > sma(200)"}),
    ],
)  # fmt: skip
def test_what_was_said_is_put_in(call: Call, text: str, args: dict[str, Any]) -> None:
    assert asked(call, text) == args


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (QUERY, "load Microsoft since 2010"),
        (QUERY, "and a year earlier?"),
        (SKEW, "try it on MSFT then"),
        (QUERY, "same for Microsoft and IBM"),
        (COUNTS, "and the average close"),
        (SCRIPT, "does momentum predict google too"),
        (FORMULA, "again with 7"),
        (RULE, "with a 5 day rsi on Microsoft"),
        (CASH, "make it 8"),
        (TRADES, "make it 80"),
        (TRADES, "half of them in banks"),
        (FORMULA, "again with momentum_60"),
    ],
)
def test_what_asks_for_more_is_read_anew(call: Call, text: str) -> None:
    assert asked(call, text) is None
