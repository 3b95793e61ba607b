"""The lake: bringing years of bars in, and reading them back; beside pandas with plain partitioned Parquet.

Each figure is measured in a fresh process, so that its peak of memory is its own. The bytes that a vendor would
send (CSV, a body a symbol) are made beforehand; network time is not part of it. The peer does the same work without
quarantine, snapshots, transactions or adjustment.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from measurement import Measurement, clean_environment, temporary_workspace

CHILD = Path(__file__).with_name("lake_child.py")
PEER = "pandas + Parquet"
PEAK_BUDGET_MIB = 1536.0


def _measured(name: str, folder: Path) -> dict[str, float]:
    """Run one measurement of `lake_child` in its own process."""
    done = subprocess.run(
        [sys.executable, str(CHILD), name, str(folder)],
        env=clean_environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr.strip()[-400:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _ingest(name: str, budget_s: float) -> list[Measurement]:
    with temporary_workspace() as workspace:
        ours = _measured(name, workspace.root)
    with temporary_workspace() as workspace:
        peer = _measured(f"{name}_peer", workspace.root)
    return [
        Measurement(name, ours["seconds"], "s", budget_s, PEER, peer["seconds"]),
        Measurement(f"{name}.cpu", ours["cpu_seconds"], "s", None, PEER, peer["cpu_seconds"]),
        Measurement(f"{name}.peak", ours["peak_mib"], "MiB", PEAK_BUDGET_MIB, PEER, peer["peak_mib"]),
    ]


def ingest_daily_2500k() -> list[Measurement]:
    """Parse, check, keep the bytes of, and store 500 symbols x 20 years of daily bars."""
    return _ingest("ingest_daily_2500k", 8.0)


def ingest_minute_585k() -> list[Measurement]:
    """Parse, check, keep the bytes of, and store six years of one symbol's minutes."""
    return _ingest("ingest_minute_585k", 3.0)


def lake_reads() -> list[Measurement]:
    """Read the last 252 bars of 500 symbols as a panel, and one symbol's full adjusted history."""
    with temporary_workspace() as workspace, temporary_workspace() as plain:
        _measured("ingest_daily_2500k", workspace.root)
        _measured("ingest_daily_2500k_peer", plain.root)
        ours, peer = _measured("reads", workspace.root), _measured("reads_peer", plain.root)
    return [
        Measurement("panel_252x500", ours["panel"], "s", 0.1, PEER, peer["panel"]),
        Measurement("history_one", ours["history"] * 1e3, "ms", 30.0, PEER, peer["history"] * 1e3),
    ]


def lake_open_5000() -> list[Measurement]:
    """Open a lake of 5,000 files and 500 snapshots and read one symbol; the peer reads one of 5,000 plain files."""
    with temporary_workspace() as workspace:
        figures = _measured("open_5000", workspace.root)
    return [
        Measurement("lake_open_5000", figures["open"], "s", 0.5, PEER, figures["peer"]),
        Measurement("lake_open_5000.first_bars", figures["bars"], "s"),
    ]
