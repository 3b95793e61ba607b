"""The main job, end to end: a typed question to a confirmed ticket, on a real terminal with the real model."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

from tests.e2e.terminal import TURN_SECONDS, Terminal, slq

IDEA = "I want to test if RSI combined with volume spikes predicts returns on tech stocks"


def test_from_a_question_to_a_confirmed_ticket(terminal: Terminal, folder: Path) -> None:
    terminal.see("slq> ")
    terminal.ask("load the daily bars for Apple, IBM and Microsoft", r"Loaded [\d,]+ new bars")
    idea = terminal.ask(IDEA, r"Out of sample and after costs")
    assert re.search(r"rsi_14.*volume_spike_20", idea, re.DOTALL)
    assert "tech stocks" in idea
    report = terminal.ask("open the report", r"report of exp_\S+:")
    assert "show_report" in report

    first = terminal.ask("what would you trade with 50k", "ticket id: ")
    assert "$50,000" in first
    ticket_id = re.findall(r"T-\d{8}-[A-Z2-7]+", first)[-1]
    terminal.ask("yes please", rf"Ticket {ticket_id} is rejected")
    second = terminal.ask("what would you trade with 50k", "ticket id: ")
    ticket_id = re.findall(r"T-\d{8}-[A-Z2-7]+", second)[-1]
    terminal.ask(ticket_id, rf"Ticket {ticket_id} is confirmed")

    refusal = terminal.ask("place the order at my broker", r"broker[^\n]*\.")
    assert "✓" not in refusal
    terminal.ask("/audit", r"The audit log is intact: \d+ records")
    assert terminal.leave() == 0

    tickets = folder / "experiments" / "tickets"
    assert (tickets / f"{ticket_id}.csv").is_file()
    assert json.loads((tickets / f"{ticket_id}.json").read_text())["state"] == "confirmed"
    assert len(list(tickets.glob("*.csv"))) == 1
    _verify_then_tamper(folder)


def _verify_then_tamper(folder: Path) -> None:
    good = slq(folder, "audit", "verify")
    assert good.returncode == 0, good.stdout
    assert "intact" in good.stdout
    log = folder / "experiments" / "audit.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    changed = bytearray(lines[3])
    changed[len(changed) // 2] ^= 1
    log.write_bytes(b"".join([*lines[:3], bytes(changed), *lines[4:]]))
    bad = slq(folder, "audit", "verify")
    assert bad.returncode == 1
    assert "record 4" in bad.stdout


def test_a_question_whose_data_is_missing_leads_to_the_ingest_call(terminal: Terminal) -> None:
    terminal.see("slq> ")
    seen = terminal.ask("does momentum predict returns of Apple and IBM?", r"Out of sample and after costs")
    calls = re.findall(r"╭─ (\w+) ·", seen)
    assert calls == ["run_experiment", "ingest_data", "run_experiment"]
    terminal.leave()


def kill_in_the_middle_of_an_experiment(terminal: Terminal, folder: Path) -> None:
    """Start a long experiment and end the process once it is on record that it began, seconds before its end."""
    features = (
        "rsi_14,momentum_20,volatility_20,macd_12_26_9,bollinger_20_2,drawdown_63,sma_ratio_50,volume_zscore_20"
    )
    terminal.type(f"/run_experiment AAPL IBM MSFT --features {features}")
    log = folder / "experiments" / "audit.jsonl"
    deadline = time.monotonic() + TURN_SECONDS
    while not _began(log):
        assert time.monotonic() < deadline, "the experiment was never put on record"
        time.sleep(0.01)
    terminal.kill()


def _began(log: Path) -> bool:
    """Tell whether the last whole record is the intent to run an experiment."""
    body = json.loads(log.read_bytes().rpartition(b"\n")[0].splitlines()[-1])["body"]
    return body["kind"] == "intent" and body.get("tool") == "run_experiment"


def test_killing_it_in_the_middle_of_an_experiment_loses_nothing(terminal: Terminal, folder: Path) -> None:
    terminal.see("slq> ")
    terminal.ask("/ingest_data AAPL IBM MSFT", r"✓ ok")
    kill_in_the_middle_of_an_experiment(terminal, folder)

    log = (folder / "experiments" / "audit.jsonl").read_text()
    assert json.loads(log.splitlines()[-1])["body"]["kind"] == "intent"
    count = slq(folder, "call", "query_data", json.dumps({"sql": "select count(distinct symbol) from bars"}))
    assert count.returncode == 0, count.stderr
    assert json.loads(count.stdout)["rows"][0][0] >= 3

    # `slq call` was the next start: it closed the orphan on the log, and whoever starts first says so.
    again = slq(folder, "audit", "show")
    assert "interrupted" in again.stdout
    shelves = json.loads(slq(folder, "call", "list_inventory", '{"kind": "experiments"}').stdout)
    assert shelves["count"] == 0
    assert slq(folder, "audit", "verify").returncode == 0


def test_the_next_start_says_what_was_left_unfinished(terminal: Terminal, folder: Path) -> None:
    terminal.see("slq> ")
    terminal.ask("/ingest_data AAPL IBM MSFT", r"✓ ok")
    kill_in_the_middle_of_an_experiment(terminal, folder)
    second = (
        Terminal(folder, "--resume")
        if list((folder / "experiments/sessions").glob("*.jsonl"))
        else Terminal(folder)
    )
    second.see(r"ended in the middle of run_experiment")
    second.see("slq> ")
    assert second.leave() == 0


def test_two_at_once_on_one_workspace(terminal: Terminal, folder: Path) -> None:
    terminal.see("slq> ")
    second = slq(folder, "call", "list_inventory")
    assert second.returncode == 1
    assert "Another SLQ" in second.stderr
    assert "--workspace" in second.stderr
    terminal.leave()
