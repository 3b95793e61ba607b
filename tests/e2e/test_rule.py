"""A trading rule at a real terminal: said in words, run, varied; half a rule is asked about, orders are refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.e2e.terminal import Terminal, slq


def test_a_rule_from_words_to_a_record(terminal: Terminal, folder: Path) -> None:
    terminal.see("slq> ")
    terminal.ask("load the daily bars for Apple, IBM and Microsoft", r"Loaded [\d,]+ new bars")
    run = terminal.ask("buy IBM when RSI is below 30 and sell when it is above 70", r"Verdict: no edge")
    assert re.search(r"entry\s+rsi\(14\) < 30", run)
    assert re.search(r"exit\s+rsi\(14\) > 70", run)
    assert "enter when rsi(14) < 30, leave when rsi(14) > 70 on IBM" in run
    assert "After costs, the Sharpe ratio is" in run
    again = terminal.ask("now on Apple and Microsoft", r"Verdict: ")
    assert "leave when rsi(14) > 70 on AAPL, MSFT" in again
    terminal.ask("buy IBM when RSI is below 30 and sell when the mood changes", r"What\s+exactly")
    terminal.ask("buy 50 shares of IBM when RSI is below 30", r"do not\s+place")
    assert terminal.leave() == 0
    records = [json.loads(path.read_text()) for path in sorted((folder / "experiments").glob("exp_*/result.json"))]
    assert sorted(record["config"]["symbols"] for record in records) == [["AAPL", "MSFT"], ["IBM"]]


def test_a_sweep_by_call_and_a_bad_condition(folder: Path) -> None:
    assert slq(folder, "call", "ingest_data", '{"symbols": ["IBM"]}').returncode == 0
    done = slq(folder, "call", "run_backtest", '{"symbols": ["IBM"], "entry": "sma(5..15..5) > sma(50)"}')
    assert done.returncode == 0, done.stderr
    (path,) = (folder / "experiments").glob("exp_*/result.json")
    assert json.loads(path.read_text())["trials"]["count"] == 3
    bad = slq(folder, "call", "run_backtest", '{"symbols": ["IBM"], "entry": "close > foo(3)"}')
    assert bad.returncode == 1
    assert "There is no function called foo (character 9)" in bad.stderr + bad.stdout
    assert "Traceback" not in bad.stderr + bad.stdout
