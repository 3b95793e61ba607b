"""Features go through the leak firewall here, on the bars they will be used on, before anything else is computed.

Library features and expressions look back by construction, so for them a sample of symbols is proof enough; Python
source may treat one symbol unlike the others, so it is examined on all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.features.evidence import Evidence
from tools.features.feature import Signal
from tools.features.firewall import check, enforce
from tools.features.generated import GeneratedCode
from tools.features.panel import Panel
from tools.kernel.fingerprint import of_frame
from tools.kernel.spec import Progress, silent

ENOUGH_SYMBOLS = 20
SEED = 7


def examine(signal: Signal, panel: Panel, *, horizon_days: int = 1) -> Evidence:
    """Return what the firewall finds; never raises for a leak. Raises NoData where bars are too few."""
    if not isinstance(signal, GeneratedCode):
        panel = panel.only(_sample(panel.symbols))
    return check(signal, panel, seed=_seed(panel), horizon_days=horizon_days)


def admit(
    signals: Sequence[Signal], panel: Panel, *, horizon_days: int = 1, progress: Progress = silent
) -> tuple[Evidence, ...]:
    """Examine every signal and return the evidence; reports `leak checks` progress.

    Raises:
        GateFailed: one looks ahead, or could not be proved not to.
        NoData: the bars are too few to tell.
    """
    found = []
    for done, signal in enumerate(signals, start=1):
        evidence = examine(signal, panel, horizon_days=horizon_days)
        enforce(evidence)
        found.append(evidence)
        progress("leak checks", done, len(signals))
    return tuple(found)


def _seed(panel: Panel) -> int:
    """Return where the random cuts start: the same for the same bars, and known to nobody before there are bars."""
    return int(of_frame(panel.close)[:8], 16)


def _sample(symbols: Sequence[str]) -> tuple[str, ...]:
    """Return at most so many symbols, the same ones every time, in their order."""
    if len(symbols) <= ENOUGH_SYMBOLS:
        return tuple(symbols)
    chosen = np.random.default_rng(SEED).choice(len(symbols), ENOUGH_SYMBOLS, replace=False)
    return tuple(symbols[int(at)] for at in sorted(chosen))
