"""What the sandbox costs: its first call, and warm ones on ten years of days and a quarter of a million bars."""

from __future__ import annotations

import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from measurement import Measurement

from sandbox.run import Sandbox

FIRST_BUDGET_MS = 600.0
WARM_BUDGETS_MS = {2_520: 10.0, 250_000: 45.0}
FIRST_CALLS = 5
WARM_CALLS = 31
PLAIN_CALLS = 5
PAUSE_S = 0.05  # time enough to have the next child ready, as between two thoughts
SOURCE = """
def feature(bars):
    change = bars["close"].pct_change()
    return change.rolling(20).mean() / change.rolling(20).std()
"""
PLAIN = """
import pickle, sys
import pandas as pd
bars = pd.read_pickle(sys.argv[1])
exec(sys.argv[2])
feature(bars).to_pickle(sys.argv[3])
"""


def _bars(rows: int) -> dict[str, pd.DataFrame]:
    """Return seeded bars of one symbol."""
    rng = np.random.default_rng(0)
    index = pd.date_range("2000-01-03", periods=rows, freq="min", name="ts")
    close = 100 * np.exp(rng.normal(0, 0.01, (rows, 1)).cumsum(axis=0))
    frame = pd.DataFrame(close, index=index, columns=pd.Index(["AAPL"], name="symbol"))
    return {name: frame * (1 + n / 100) for n, name in enumerate(("open", "high", "low", "close", "volume"))}


def _median_ms(call: Callable[[], object], times: int, pause_s: float = 0.0) -> float:
    """Return the median time of a call in milliseconds."""
    taken = []
    for _ in range(times):
        time.sleep(pause_s)
        started = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - started))
    return statistics.median(taken)


def _plain_ms(bars: dict[str, pd.DataFrame]) -> float:
    """Return what a plain process costs that loads pandas and computes the same, with no protection."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder, "bars.pkl"), Path(folder, "feature.pkl")
        given.write_bytes(pickle.dumps(bars))

        def call() -> pd.DataFrame:
            subprocess.run([sys.executable, "-c", PLAIN, str(given), SOURCE, str(found)], check=True)
            return pd.read_pickle(found)

        return _median_ms(call, PLAIN_CALLS)


def _first(bars: dict[str, pd.DataFrame]) -> None:
    with Sandbox() as box:
        box.feature(SOURCE, bars)


def sandbox_first() -> list[Measurement]:
    """Start a sandbox and make its first call; the peer is a plain process that does the same unprotected."""
    bars = _bars(2_520)
    _first(bars)  # writes the byte code, which a user has after the first start
    value = _median_ms(lambda: _first(bars), FIRST_CALLS)
    return [Measurement("sandbox_first", value, "ms", FIRST_BUDGET_MS, "plain process", _plain_ms(bars))]


def sandbox_warm() -> list[Measurement]:
    """Call a feature in a running sandbox, with pauses and without; peers: a plain process, and `exec` here."""
    figures = []
    with Sandbox() as box:
        for rows, budget in WARM_BUDGETS_MS.items():
            bars = _bars(rows)
            names: dict[str, Callable[[dict[str, pd.DataFrame]], pd.DataFrame]] = {}
            exec(SOURCE, names)
            plain = names["feature"](bars)
            pd.testing.assert_frame_equal(box.feature(SOURCE, bars).value, plain)
            value = _median_ms(lambda bars=bars: box.feature(SOURCE, bars), WARM_CALLS, PAUSE_S)
            in_a_row = _median_ms(lambda bars=bars: box.feature(SOURCE, bars), WARM_CALLS)
            bare = _median_ms(lambda bars=bars, names=names: names["feature"](bars), WARM_CALLS)
            name = f"sandbox_warm_{rows}"
            figures.append(Measurement(name, value, "ms", budget, "plain process", _plain_ms(bars)))
            figures.append(Measurement(f"{name}_in_a_row", in_a_row, "ms", None, "exec, unprotected", bare))
    return figures
