"""Evidence of the leak firewall, as it comes out for a feature that holds and for one that does not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.features.evidence import CORE, Check, Evidence


def evidence(*checks: Check, **changes: object) -> Evidence:
    """Return evidence of all core probes, those of `checks` in place of the passes of the same name."""
    found = {name: Check(name=name, passed=True, detail=f"{name} is as it should be") for name in CORE}
    found |= {check.name: check for check in checks}
    fields: dict[str, object] = {
        "feature": "auto_mine",
        "checks": tuple(found.values()),
        "ic": 0.0123,
        "ic_lagged": -0.0045,
        "placebo_mean": 0.0004,
        "placebo_sd": 0.011,
        "placebo_p95": 0.0229,
        "warmup_bars": 19,
        "cross_sectional": False,
        "horizon_days": 1,
        "bars": 2520,
        "symbols": 3,
        "seed": 7,
        "seconds": 1.2,
    }
    return Evidence.model_validate(fields | changes)


def feature_values(bars: int = 300, symbols: tuple[str, ...] = ("AAPL", "IBM", "MSFT")) -> pd.DataFrame:
    """Return a seeded feature, bars x symbols, unknown in its first 19 bars."""
    rng = np.random.default_rng(5)
    days = pd.bdate_range("2010-01-04", periods=bars, tz="UTC")
    values = pd.DataFrame(rng.normal(size=(bars, len(symbols))), index=days, columns=list(symbols))
    values.iloc[:19] = np.nan
    return values
