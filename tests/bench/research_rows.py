"""Experiments at the size that is budgeted: 20 names, 33 years, 10 features, LightGBM, half-yearly folds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from measurement import ROOT, Measurement, clean_environment, temporary_workspace

SECONDS, MEMORY_MIB = 60.0, 2048.0
FEWEST_FOLDS = 55


def experiment_20x33() -> list[Measurement]:
    """Run one experiment from the lake to the report, placebos and verdict included, in a process of its own."""
    with temporary_workspace() as workspace:
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("research_child.py")), str(workspace.root)],
            cwd=workspace.root,
            env={**clean_environment(), "PYTHONPATH": str(ROOT)},
            check=False,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise RuntimeError(f"the experiment failed: {done.stderr.strip()[-300:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    if found["folds"] < FEWEST_FOLDS:
        raise RuntimeError(f"only {found['folds']} folds")
    return [
        Measurement("experiment_20x33", found["seconds"], "s", budget=SECONDS),
        Measurement("experiment_20x33.memory", found["mib"], "MiB", budget=MEMORY_MIB),
    ]
