"""Fitted models on features of which one drives the label, and a record around them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from tools.backtest.record import Fold
from tools.models.model import Floats

NAMES = ("driver", "weak", "noise_1", "noise_2", "noise_3", "noise_4")
TRAIN_DAYS, STEP_DAYS = 1000, 180


def rows(count: int, seed: int, *, planted: bool = True) -> tuple[Floats, Floats]:
    """Return features and up-down labels; where planted, the first feature raises and the second lowers."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, len(NAMES)))
    drift = 1.0 * x[:, 0] - 0.4 * x[:, 1] if planted else 0.0
    return x, (drift + rng.normal(size=count) > 0).astype(float)


def fold(number: int, importance: dict[str, float], *, anchored: bool = False) -> Fold:
    """Return a step of a walk-forward test; rolling windows of later steps share no bar with early ones."""
    origin = date(2000, 1, 3)
    start = origin if anchored else origin + timedelta(days=STEP_DAYS * number)
    end = origin + timedelta(days=STEP_DAYS * number + TRAIN_DAYS)
    return Fold(
        number=number,
        train_start=start,
        train_end=end,
        test_start=end + timedelta(days=3),
        test_end=end + timedelta(days=STEP_DAYS),
        train_rows=1000,
        test_rows=100,
        accuracy=0.5,
        base_rate=0.5,
        sharpe=None,
        importance=importance,
    )


def panel_frames(x: Floats, symbols: int, start: str = "2004-01-05") -> dict[str, pd.DataFrame]:
    """Return rows x features as id -> bars x symbols."""
    bars = len(x) // symbols
    index = pd.bdate_range(start, periods=bars, name="ts")
    columns = [f"S{number}" for number in range(symbols)]
    cube = x[: bars * symbols].reshape(bars, symbols, -1)
    return {name: pd.DataFrame(cube[:, :, i], index=index, columns=columns) for i, name in enumerate(NAMES)}
