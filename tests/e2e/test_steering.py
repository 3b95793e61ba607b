"""A person steers a turn at a real terminal: approves by kind, edits a call before it runs, stops it."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path

from tests.e2e.terminal import BIN, TURN_SECONDS, Terminal, clean_environment, slq

MANY = "rsi_14,momentum_20,volatility_20,macd_12_26_9,bollinger_20_2,drawdown_63,sma_ratio_50,volume_zscore_20"
QUESTION = r"\[n\]o: "
CTRL_C, CTRL_U = "\x03", "\x15"


def bodies(folder: Path, kind: str) -> list[dict[str, object]]:
    lines = (folder / "experiments" / "audit.jsonl").read_text().splitlines()
    return [
        body for body in (json.loads(line)["body"] for line in lines if line.endswith("}")) if body["kind"] == kind
    ]


def last_turn(folder: Path) -> dict[str, object]:
    (path,) = (folder / "experiments" / "sessions").glob("*.jsonl")
    turn: dict[str, object] = json.loads(path.read_text().splitlines()[-1])["turn"]
    return turn


def test_a_vendor_is_asked_only_after_a_yes_and_the_call_can_be_edited(terminal: Terminal, folder: Path) -> None:
    terminal.see("slq> ")
    asked = terminal.ask("load Tesla from yahoo", QUESTION)
    assert "It asks yahoo for TSLA." in asked
    terminal.ask("n", "Not run, as you said")
    terminal.ask("load Tesla from yahoo", QUESTION)
    terminal.ask("e", "edit> ")
    terminal.see("--source yahoo")
    terminal.process.send(CTRL_U)
    terminal.ask("/ingest_data Apple, IBM --interval 2d", "interval must be one of")
    terminal.see("--interval 2d")
    terminal.process.send("\x7f" * 2)
    terminal.ask("1d", r"Loaded [\d,]+ new bars from sample")
    terminal.see("slq> ")
    terminal.ask("/edit", "edit> ")
    ran = terminal.ask(" --end 2010-01-01", "Everything asked for")
    assert "end         2010-01-01" in ran
    terminal.see("slq> ")
    assert "3. /ingest_data Apple, IBM" in terminal.ask("/context", "kept for a call")
    assert terminal.leave() == 0
    intents = [body["args_redacted"] for body in bodies(folder, "intent")]
    assert intents[0] == {"symbols": ["Apple", "IBM"], "interval": "1d"}
    assert [body["status"] for body in bodies(folder, "decision")] == ["rejected", "edited", "edited"]
    assert slq(folder, "audit", "verify").returncode == 0


def test_what_is_approved_holds_for_the_conversation_and_stopping_says_what_was_left(
    terminal: Terminal, folder: Path
) -> None:
    terminal.see("slq> ")
    terminal.ask("/ingest_data AAPL IBM", r"✓ ok")
    terminal.see("slq> ")
    terminal.ask("/approve read", r"none is no kind")
    terminal.ask("does momentum predict returns of Apple and IBM?", QUESTION)
    terminal.process.send(CTRL_C)
    terminal.see(r"Stopped\. Nothing was run")
    terminal.see(r"Not begun: /run_experiment Apple, IBM --features momentum_20")
    assert last_turn(folder)["end"] == "stopped"
    terminal.see("slq> ")
    terminal.ask(f"/run_experiment AAPL IBM --features {MANY}", QUESTION)
    terminal.type("y")
    deadline = time.monotonic() + TURN_SECONDS
    while len(bodies(folder, "intent")) < 2:
        assert time.monotonic() < deadline, "the experiment was never put on record"
        time.sleep(0.02)
    terminal.process.send(CTRL_C)
    terminal.see(r"Stopped\. What was done so far is on record")
    assert terminal.leave() == 0
    assert [body["status"] for body in bodies(folder, "result")] == ["ok", "cancelled"]

    again = Terminal(folder, "--resume")
    again.see("slq> ")
    shown = again.ask("/approve", "none is no kind")
    assert re.search(r"read +runs at once.*execute +asks first", shown, re.DOTALL)
    again.ask("/approve everything", "is no kind of call")
    assert again.leave() == 0


def test_where_nobody_can_be_asked_what_is_not_approved_does_not_run(folder: Path) -> None:
    done = slq(folder, "research", "load Tesla from yahoo")
    assert done.returncode == 1
    said = " ".join(done.stdout.split())
    assert "pending ingest_data" in said
    assert (
        "Not run: network calls need approval, and nobody can be asked here. It would ask yahoo for TSLA." in said
    )
    assert "SLQ_APPROVE=read,write,execute,trade,network" in said
    assert bodies(folder, "intent") == []
    assert [body["status"] for body in bodies(folder, "decision")] == ["pending"]

    command = [str(BIN / "slq-chat"), "--workspace", str(folder)]
    environment = {**clean_environment(), "SLQ_APPROVE": "read"}
    lines = "/approve\n/ingest_data Apple --source sample\n/list_inventory\n"
    done = subprocess.run(
        command, input=lines, capture_output=True, text=True, timeout=120, env=environment, check=False
    )
    assert done.returncode == 1
    assert "write calls need approval" in " ".join(done.stdout.split())
    assert [body["tool"] for body in bodies(folder, "intent")] == ["list_inventory"]
