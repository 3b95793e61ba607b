"""How often the conditions of a rule hold: a rule has no model, its conditions are the explanation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.backtest.record import Config
from tools.backtest.rules import Condition
from tools.explain.record import Conditions
from tools.features.expr import compile_expression
from tools.features.panel import Panel


def conditions(config: Config, panel: Panel, bars: pd.DatetimeIndex) -> Conditions:
    """Return how often the conditions of a rule hold on `bars`, over the symbols where that is known.

    Raises BadRequest where an expression on record is none.
    """
    return Conditions(
        entry=config.entry or "",
        entry_true=_share(config.entry, panel, bars),
        exit=config.exit,
        exit_true=_share(config.exit, panel, bars),
    )


def _share(text: str | None, panel: Panel, bars: pd.DatetimeIndex) -> float | None:
    if text is None:
        return None
    found = Condition.of(compile_expression(text).compute(panel).reindex(bars))
    there = panel.close.reindex(bars).notna().to_numpy()
    known = (found.holds | found.fails) & there
    return float(np.mean(found.holds[known])) if known.any() else None
