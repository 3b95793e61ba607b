"""The explanation of a recorded run as a pure function: what was recorded and its prices in, one record out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.backtest.record import Experiment
from tools.explain.caveats import model_caveats, naive_caveat
from tools.explain.conditions import conditions
from tools.explain.contributions import MOST_ROWS, directions, shares, spread, twins
from tools.explain.holdings import holdings
from tools.explain.narrative import narrate
from tools.explain.partial_dependence import partial_dependence
from tools.explain.positions import keep_book, positions
from tools.explain.record import Curve, Explanation, FeatureEffect, ScoreUnit
from tools.explain.stability import importance_table, stability, top_third
from tools.explain.window import Window, test_window
from tools.features.label import Target as Learns
from tools.features.panel import Panel
from tools.models.contributions import Contributions, Explainable
from tools.models.model import Floats, Model

CURVES = 3
UNITS: Mapping[Learns, ScoreUnit] = {"up_down": "log-odds", "forward_return": "return", "rank": "order"}


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The model of the last step, and the features of all bars: id -> bars x symbols."""

    model: Model
    features: Mapping[str, pd.DataFrame]


def explain(
    record: Experiment, panel: Panel, *, trades: pd.DataFrame, equity: pd.Series, fitted: Fitted | None
) -> Explanation:
    """Explain a run; nothing is read or fitted.

    Args:
        record: the run.
        panel: the prices it ran on.
        trades: its fills.
        equity: its multiples of the starting capital at the closes of its test bars.
        fitted: its last model and its features; None for a rule.
    """
    bars = pd.DatetimeIndex(equity.index)
    book = keep_book(trades, panel, equity, record.config.fill)
    plain = Explanation(
        experiment=record.experiment,
        model=record.config.model,
        oos=record.oos,
        verdict=record.verdict,
        window_start=None,
        window_end=None,
        rows=0,
        score_unit=None,
        base=None,
        features=(),
        stability=None,
        curves=(),
        holdings=(),
        positions=positions(book, equity),
        conditions=conditions(record.config, panel, bars) if record.config.is_rule else None,
        narrative=(),
        warnings=(),
    )
    made = plain if fitted is None or not record.folds else _with_model(plain, record, fitted)
    return made.model_copy(update={"narrative": narrate(made)})


def _with_model(plain: Explanation, record: Experiment, fitted: Fitted) -> Explanation:
    """Return the explanation with what the model did on its last test window."""
    window = test_window(fitted.features, record.folds[-1])
    used = window.x[spread(len(window.x), MOST_ROWS)]
    has_signal = window.last_day() == record.signal_date
    model = fitted.model
    found = model.contributions(used) if isinstance(model, Explainable) else None
    importance = importance_table(record.folds, window.names)
    steady = stability(record.folds, importance, window.names)
    effects = _effects(window, used, found, importance)
    if found is None:
        scores_by = next((each.feature for each in effects if each.importance > 0), None)
        warnings: tuple[str, ...] = (naive_caveat(record.config.model, scores_by),)
    else:
        warnings = model_caveats(effects, steady, len(window.x), twins(used, window.names))
    return plain.model_copy(
        update={
            "window_start": record.folds[-1].test_start,
            "window_end": record.folds[-1].test_end,
            "rows": len(window.x),
            "score_unit": None if found is None else UNITS[model.learns],
            "base": None if found is None else found.base,
            "features": effects,
            "stability": None if found is None else steady,
            "curves": _curves(model, window, effects),
            "holdings": holdings(record.targets, window, model, top_n=record.config.top_n) if has_signal else (),
            "warnings": warnings,
        }
    )


def _effects(
    window: Window, used: Floats, found: Contributions | None, importance: Floats
) -> tuple[FeatureEffect, ...]:
    """Return the features: the largest share first, else the most important first."""
    steps, count = importance.shape
    share = [None] * count if found is None else shares(found).tolist()
    direction = (None,) * count if found is None else directions(used, found)
    mean, third = importance.mean(axis=0), top_third(importance)
    spreads = importance.std(axis=0, ddof=1).tolist() if steps > 1 else [None] * count
    made = [
        FeatureEffect(
            feature=name,
            share=share[column],
            direction=direction[column],
            importance=float(mean[column]),
            importance_sd=spreads[column],
            top_third=float(third[column]),
        )
        for column, name in enumerate(window.names)
    ]
    return tuple(sorted(made, key=lambda each: (-(each.share or 0.0), -each.importance, each.feature)))


def _curves(model: Model, window: Window, effects: tuple[FeatureEffect, ...]) -> tuple[Curve, ...]:
    """Return the curves of the features that moved scores most; none where there is nothing to move."""
    return tuple(
        partial_dependence(model, window.x, window.names.index(each.feature), each.feature)
        for each in effects[:CURVES]
        if each.share and np.isfinite(window.x[:, window.names.index(each.feature)]).any()
    )
