"""What a user waits for and pays: the first prompt, an experiment, memory."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pexpect
from measurement import Measurement, clean_environment, default_settings, temporary_workspace

from tools.catalog import find_tool
from tools.kernel.paths import Workspace
from tools.kernel.spec import Context

BIN = Path(sys.executable).parent
SYMBOLS = ("AAPL", "IBM", "MSFT", "GOOG", "FB")
FEATURES = ("rsi_14", "volume_spike_20")
QUESTION = "I want to test if RSI combined with volume spikes predicts returns on tech stocks"
FIRST_PROMPTS = 5
FIRST_PROMPT_BUDGET_S = 1.0
EXPERIMENT_BUDGET_S = 15.0
# A new process inherits the peak of the one that starts it: a small one stands between this and the measured.
METER = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
LIBRARIES = "import duckdb, lightgbm, llama_cpp, outlines, pandas, plotly, pyarrow"


def _seconds_to(marker: str, command: str, arguments: list[str], cwd: Path) -> float:
    """Start a program in a pseudo-terminal; return the seconds until it shows `marker`."""
    started = time.perf_counter()
    terminal = pexpect.spawn(
        command, arguments, cwd=str(cwd), env=clean_environment(), timeout=60, dimensions=(40, 120)
    )
    try:
        terminal.expect_exact(marker)
        return time.perf_counter() - started
    finally:
        terminal.close(force=True)


def _first_prompt() -> float:
    with temporary_workspace() as workspace:
        return _seconds_to("slq>", str(BIN / "slq-chat"), ["--workspace", str(workspace.root)], workspace.root)


def first_prompt() -> list[Measurement]:
    """Start `slq-chat` on a fresh workspace until it asks; the peer is Python's own prompt."""
    _first_prompt()  # writes the byte code, which a user has after the first start
    ours = [_first_prompt() for _ in range(FIRST_PROMPTS)]
    plain = [_seconds_to(">>>", sys.executable, ["-q"], Path.cwd()) for _ in range(FIRST_PROMPTS)]
    return [
        Measurement(
            "first_prompt",
            statistics.median(ours),
            "s",
            budget=FIRST_PROMPT_BUDGET_S,
            peer="python -q",
            peer_value=statistics.median(plain),
        )
    ]


def _call(workspace: Workspace, name: str, **args: object) -> float:
    tool = find_tool(name)
    started = time.perf_counter()
    tool.run(Context(workspace, default_settings()), tool.args.model_validate({**args}))
    return time.perf_counter() - started


def experiment_sample() -> list[Measurement]:
    """Ingest the sample and run one experiment on it, from an empty workspace, imports included."""
    with temporary_workspace() as workspace:
        ingest = _call(workspace, "ingest_data", symbols=SYMBOLS, source="sample")
        experiment = _call(workspace, "run_experiment", symbols=SYMBOLS, features=FEATURES)
    return [
        Measurement("experiment_sample", ingest + experiment, "s", budget=EXPERIMENT_BUDGET_S),
        Measurement("experiment_sample.ingest", ingest, "s"),
    ]


def _peak_mib(command: list[str], cwd: Path) -> float:
    """Run a command; return the largest resident set of it or of a process it waited for."""
    done = subprocess.run(
        [sys.executable, "-c", METER, *command],
        cwd=cwd,
        env=clean_environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()[-300:]}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return int(done.stdout) / unit


def peak_memory() -> list[Measurement]:
    """Answer one question that runs an experiment; the peer only imports the libraries that this needs."""
    with temporary_workspace() as workspace:
        _call(workspace, "ingest_data", symbols=SYMBOLS, source="sample")
        slq = [str(BIN / "slq"), "--workspace", str(workspace.root), "research", QUESTION]
        ours = _peak_mib(slq, workspace.root)
        ran = [path for path in workspace.experiments.glob("exp_*") if path.is_dir()]
        if not ran:
            raise RuntimeError("the question did not lead to an experiment")
        plain = _peak_mib([sys.executable, "-c", LIBRARIES], workspace.root)
    return [Measurement("peak_memory", ours, "MiB", peer="imports only", peer_value=plain)]
