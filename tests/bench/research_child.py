"""Ingest the wide sample and run the budgeted experiment on it, in a process of its own; prints seconds and MiB."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from tools.catalog import find_tool
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context

FEATURES = (
    "rsi_14",
    "momentum_5",
    "momentum_20",
    "momentum_63",
    "momentum_126",
    "momentum_252",
    "volatility_20",
    "volatility_60",
    "sma_ratio_50",
    "skew_60",
)


def main() -> None:
    """Run in the workspace of the first argument."""
    from skfolio.datasets import load_sp500_dataset

    symbols = tuple(map(str, load_sp500_dataset().columns))
    context = Context(Workspace(Path(sys.argv[1])), Settings(_env_file=None))
    ingest, experiment = find_tool("ingest_data"), find_tool("run_experiment")
    ingest.run(context, ingest.args(symbols=symbols, source="sample_skfolio"))
    started = time.perf_counter()
    record = experiment.run(context, experiment.args(symbols=symbols, features=FEATURES))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    print(json.dumps({"seconds": seconds, "mib": peak, "folds": len(record.folds)}))


if __name__ == "__main__":
    main()
