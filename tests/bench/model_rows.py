"""The language model: time per planned call, and what the grammar costs."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from measurement import ROOT, Measurement, clean_environment, default_settings, p95, temporary_workspace

BIN = Path(sys.executable).parent
CASES = ROOT / "tests" / "evals" / "first_planner.jsonl"
STATE = ROOT / "tests" / "evals" / "first_planner_state.json"
COLD_CALLS = 3
OUTLINES_CALLS = 5
WARM_BUDGET_MS = 1500.0
OVERHEAD_BUDGET = 1.10
REQUEST = "I want to test if RSI combined with volume spikes predicts returns on tech stocks"


def _lines() -> list[str]:
    return [line for line in CASES.read_text(encoding="utf-8").splitlines() if line.strip()]


def _spread(name: str, times_ms: list[float], budget: float | None = None) -> list[Measurement]:
    return [
        Measurement(f"{name}.p50", statistics.median(times_ms), "ms", budget=budget),
        Measurement(f"{name}.p95", p95(times_ms), "ms"),
    ]


def plan_cold() -> list[Measurement]:
    """Plan one request in a new process: start, model, grammar proof and the call, up to the printed plan."""
    times = []
    with temporary_workspace() as workspace:
        for line in _lines()[:COLD_CALLS]:
            command = [BIN / "slq", "--workspace", workspace.root, "plan", json.loads(line)["turns"][-1]["user"]]
            started = time.perf_counter()
            done = subprocess.run(
                [*command, "--state", STATE],
                cwd=workspace.root,
                env=clean_environment(),
                check=False,
                capture_output=True,
                text=True,
            )
            times.append((time.perf_counter() - started) * 1e3)
            if done.returncode:
                raise RuntimeError(f"slq plan failed: {done.stderr.strip()[-300:]}")
    return _spread("plan_cold", times)


def plan_warm() -> list[Measurement]:
    """Plan every request of the evaluation set, in one process, after one that is not counted."""
    from copilot.app import load_planner
    from copilot.batch import plan_batch, read_state

    planner, state, lines = load_planner(default_settings()), read_state(STATE), _lines()
    times = []
    for line in [lines[0], *lines]:
        started = time.perf_counter()
        list(plan_batch([line], state, planner))
        times.append((time.perf_counter() - started) * 1e3)
    return _spread("plan_warm", times[1:], budget=WARM_BUDGET_MS)


def constrained_overhead() -> list[Measurement]:
    """Milliseconds per token with a grammar; the peer is the same model without one, in turns."""
    from copilot.model.engine import LlamaEngine
    from copilot.model.speed import measure_decoding

    engine = LlamaEngine(threads=default_settings().threads)
    speed = measure_decoding(engine)
    engine.close()
    return [
        Measurement(
            "constrained_overhead",
            speed.constrained_ms,
            "ms/token",
            budget=OVERHEAD_BUDGET * speed.unconstrained_ms,
            peer="unconstrained",
            peer_value=speed.unconstrained_ms,
        )
    ]


def constrained_call() -> list[Measurement]:
    """Fill the arguments of one tool; the peer is outlines' own loop with the same grammar and prompt."""
    from copilot.model.engine import LlamaEngine
    from copilot.model.reference import generate_via_outlines
    from tools.catalog import find_tool

    engine = LlamaEngine()
    schema = find_tool("run_experiment").args.model_json_schema()
    prompt = f"Request: {REQUEST}\nArguments as JSON: "

    def timed(*, peer: bool) -> float:
        started = time.perf_counter()
        if peer:
            generate_via_outlines(engine, prompt, schema=schema, max_tokens=128)
        else:
            engine.generate(prompt, schema=schema, max_tokens=128)
        return (time.perf_counter() - started) * 1e3

    pairs = [(timed(peer=False), timed(peer=True)) for _ in range(OUTLINES_CALLS + 1)][1:]
    engine.close()
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    return [Measurement("constrained_call", ours, "ms", peer="outlines' own loop", peer_value=theirs)]
