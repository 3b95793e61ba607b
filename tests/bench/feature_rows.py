"""The feature library over 500 symbols and 20 years of daily bars, beside pandas-ta-classic and TA-Lib.

Each figure is measured in a process of its own (`feature_child.py`), so that its peak of memory is its own. All
three start from the frames of a panel and end with one frame a feature, and compute the same features: where a peer
has only part of one (an average, a band), the rest is numpy on its result. They are compared before they are timed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from measurement import Measurement, clean_environment

CHILD = Path(__file__).with_name("feature_child.py")
SECONDS_BUDGET = 12.0
PEAK_BUDGET_MIB = 2048.0
PANDAS_TA = "pandas-ta-classic"
TA_LIB = "TA-Lib"
BARE = "TA-Lib on bare arrays"


def _measured(what: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, str(CHILD), what], env=clean_environment(), check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{what} failed: {done.stderr.strip()[-400:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def features_2500k() -> list[Measurement]:
    """Compute 15 features, all kept in memory; the peer only makes the panel."""
    ours, panel = _measured("fifteen"), _measured("panel")
    return [
        Measurement("features_2500k", ours["seconds"], "s", SECONDS_BUDGET),
        Measurement(
            "features_2500k.peak", ours["peak_mib"], "MiB", PEAK_BUDGET_MIB, "the panel alone", panel["peak_mib"]
        ),
    ]


def _beside(peer: str, name: str, *, budget: bool = True) -> list[Measurement]:
    figures = _measured(peer)
    indicators = sorted({key.partition(" ")[0] for key in figures})
    lines = [(each, figures[f"{each} ours"], figures[f"{each} peer"]) for each in indicators]
    row = f"features_beside_{peer}"
    total = [sum(line[column] for line in lines) * 1e3 for column in (1, 2)]
    return [
        Measurement(row, total[0], "ms", total[1] if budget else None, name, total[1]),
        *(Measurement(f"{row}.{each}", ours * 1e3, "ms", None, name, theirs * 1e3) for each, ours, theirs in lines),
    ]


def features_beside_pandas_ta() -> list[Measurement]:
    """Compute what pandas-ta-classic has too, over 100 of the symbols, where it takes long enough."""
    return _beside("pandas_ta", PANDAS_TA)


def features_beside_talib() -> list[Measurement]:
    """Compute what TA-Lib has too; the peer takes each symbol's column from the frame, as its users do."""
    return _beside("talib", TA_LIB)


def features_beside_talib_bare() -> list[Measurement]:
    """Do the same with the least around TA-Lib, array rows to array rows: the floor, and not a budget."""
    return _beside("talib_bare", BARE, budget=False)
