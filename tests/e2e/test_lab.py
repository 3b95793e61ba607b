"""The feature lab at a real terminal: made from words, proved, used; what cheats or steals is refused on record."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.e2e.terminal import Terminal, slq

PEEKS = "def feature(bars):\n    return bars['close'].shift(-1) / bars['close'] - 1\n"
STEALS = "def feature(bars):\n    open('/tmp/slq-was-here', 'w').write('x')\n    return bars['close']\n"


def bodies(folder: Path) -> list[dict[str, object]]:
    lines = (folder / "experiments" / "audit.jsonl").read_text().splitlines()
    return [json.loads(line)["body"] for line in lines]


def test_a_feature_from_words_to_an_experiment(terminal: Terminal, folder: Path) -> None:
    terminal.see("slq> ")
    terminal.ask("load the daily bars for Apple, IBM and Microsoft", r"Loaded [\d,]+ new bars")
    made = terminal.ask("make a feature from 14-day RSI times volume z-score", r"is kept: no look-ahead")
    assert re.search(r"AAPL\s+[▁▂▃▄▅▆▇█]{10,}", made)
    name = re.findall(r"auto_rsi_14_times_\w+", made)[-1]
    several = terminal.ask("add Bollinger %b and a 60-day skew", r"auto_skew_60 is kept")
    assert "bollinger_20_2, skew_60" in several
    assert "check_features" in terminal.ask("is my feature leaking?", r"No, auto_skew_60 does not leak")
    gap = terminal.ask("compute the average overnight gap of IBM by weekday", r"5 rows, computed from IBM")
    assert all(day in gap for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"))
    used = terminal.ask(f"run an experiment with {name} on AAPL and MSFT", r"Out of sample and after costs")
    assert re.search(r"features\s+auto_rsi_14_times", used)
    why = terminal.ask("why does it hold AAPL?", r"added most")
    assert "explain_experiment · read" in why
    assert "this says what it did" in " ".join(why.split())
    assert terminal.leave() == 0
    assert (folder / "data" / "features" / f"{name}.py").is_file()
    (experiment,) = (folder / "experiments").glob("exp_*")
    record = json.loads((experiment / "result.json").read_text())
    assert all(check["passed"] for check in record["evidence"][0]["checks"])


def test_what_peeks_or_steals_is_refused_in_plain_words_and_on_the_record(folder: Path) -> None:
    loaded = slq(folder, "call", "ingest_data", '{"symbols": ["AAPL", "IBM"]}')
    assert loaded.returncode == 0, loaded.stderr
    for name, code, words in (
        ("ahead", PEEKS, r"auto_ahead peeks: cut at \d{4}-\d\d-\d\d, its value for \w+ on"),
        ("thief", STEALS, r"line 2: `open` is not available"),
    ):
        done = slq(folder, "call", "generate_features", json.dumps({"code": code, "name": name}))
        assert done.returncode == 1
        said = " ".join((done.stderr + done.stdout).split())
        assert re.search(words, said), said
        assert "Traceback" not in said
        assert not (folder / "data" / "features" / f"auto_{name}.py").exists()
        last = bodies(folder)[-1]
        assert (last["kind"], last["tool"], last["status"]) == ("result", "generate_features", "failed")
        assert last["layers"] == dict.fromkeys(("policy", "process", "limits", "files", "system calls"), "enforced")
    assert not Path("/tmp/slq-was-here").exists()
    assert slq(folder, "audit", "verify").returncode == 0
