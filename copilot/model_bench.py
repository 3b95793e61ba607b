"""How fast a model is on this machine and what it takes; `python -m copilot.model_bench` is the measuring child.

A process of its own, so that the peak of memory is the model's, not that of one loaded before it. Pages of the
model file count where they were read, as the system counts them. The requests are fixed and say nothing about how
well a model plans: that is measured on evaluation sets.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from copilot.messages import LiveState, Turn
from copilot.model.memory import peak_mb
from tools.kernel.errors import ModelError, SLQError
from tools.kernel.settings import Settings
from tools.kernel.types import Record

REQUESTS = (
    "load the daily bars for Apple, IBM and Microsoft",
    "get me MSFT prices since 2005",
    "what data do I have?",
    "show me the bars of IBM in March 2008",
    "I want to test if RSI combined with volume spikes predicts returns on tech stocks",
    "does momentum work on Apple?",
    "backtest a momentum strategy on IBM, AAPL and MSFT with a 5 day horizon",
    "which of my experiments is the best?",
    "show me the report of the last experiment",
    "is volatility_20 a good feature for the tech stocks?",
    "what should I buy today with $25,000?",
    "what does the Sharpe ratio mean?",
)
STATE = LiveState(
    symbols=("AAPL", "FB", "GOOG", "IBM", "MSFT"),
    experiments=("exp_20240105_LGBM_IBM_1d", "exp_20240301_LGBM_TECH_1d"),
    features=("rsi_14", "momentum_20", "volatility_20", "volume_spike_20"),
)
PREFILL_WORDS = 64
DECODED_TOKENS = 24
DECODE_REPEATS = 3


class ModelSpeed(Record):
    """What one model did here.

    Attributes:
        model: the file's name without its ending.
        threads: it ran on.
        load_s: from nothing to ready to plan, the grammar check included.
        prefill_tokens_per_s: of a prompt it had not seen.
        decode_tokens_per_s: without a grammar.
        bound_tokens_per_s: with one that forces nothing.
        call_p50_ms: of the planned calls, the median.
        call_p95_ms: and the time that 95 % of them stay below.
        calls: how many.
        peak_mb: the most memory of the process, in 10^6 bytes; None where the system does not say.
        before_mb: what it had before the model was loaded.
    """

    model: str
    threads: int
    load_s: float
    prefill_tokens_per_s: float
    decode_tokens_per_s: float
    bound_tokens_per_s: float
    call_p50_ms: float
    call_p95_ms: float
    calls: int
    peak_mb: float | None
    before_mb: float | None


def measure_in_child(settings: Settings) -> ModelSpeed:
    """Measure the model of `settings` in a process of its own. Raises ModelError with what the child said."""
    given = {
        "model": str(settings.model.expanduser().resolve()) if settings.model is not None else None,
        "threads": settings.threads,
        "context_tokens": settings.context_tokens,
    }
    command = [sys.executable, "-m", "copilot.model_bench", json.dumps(given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own module
    try:
        said = json.loads(done.stdout.splitlines()[-1])
        if "error" in said:
            raise ModelError(said["error"], hint=said["hint"])
        return ModelSpeed.model_validate(said)
    except (IndexError, ValueError):
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise ModelError(
            f"The measuring process ended with code {done.returncode}: {last}.",
            hint="It may have run out of memory: `slq model list` says what each model needs.",
        ) from None


def measure(settings: Settings) -> ModelSpeed:
    """Load the model of `settings` in this process and measure it. Raises ModelError."""
    from copilot.model.locate import locate_embedded
    from copilot.model.speed import measure_decoding
    from copilot.planner import load_engine, planner_on

    if settings.model is not None and settings.model.resolve() == locate_embedded().resolve():
        settings = settings.model_copy(update={"model": None})  # measured as it is used: with its own planner

    before_mb = peak_mb()
    started = time.perf_counter()
    engine = load_engine(settings)
    planner = planner_on(engine, settings)
    load_s = time.perf_counter() - started
    words = " ".join(str(number) for number in range(PREFILL_WORDS))
    read = engine.generate(words, max_tokens=1)
    speed = measure_decoding(engine, tokens=DECODED_TOKENS, repeats=DECODE_REPEATS)
    times_ms = [planner.plan((Turn(user=request),), STATE).ms for request in (REQUESTS[0], *REQUESTS)][1:]
    return ModelSpeed(
        model=engine.name,
        threads=engine.threads,
        load_s=load_s,
        prefill_tokens_per_s=read.evaluated_tokens / read.ms * 1e3,
        decode_tokens_per_s=1e3 / speed.unconstrained_ms,
        bound_tokens_per_s=1e3 / speed.constrained_ms,
        call_p50_ms=statistics.median(times_ms),
        call_p95_ms=statistics.quantiles(times_ms, n=20, method="inclusive")[-1],
        calls=len(times_ms),
        peak_mb=peak_mb(),
        before_mb=before_mb,
    )


def main() -> None:
    """Measure what the argument asks for and print it as one line of JSON; a failure is one too."""
    given = json.loads(sys.argv[1])
    path = Path(given["model"]) if given["model"] else None
    try:
        settings = Settings(_env_file=None).model_copy(update={**given, "model": path})
        print(measure(settings).model_dump_json())
    except SLQError as error:
        print(json.dumps({"error": error.message, "hint": error.hint}))
        sys.exit(1)


if __name__ == "__main__":
    main()
