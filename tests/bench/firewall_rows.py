"""The leak firewall: what a proof costs, beside the bare cost of the feature."""

from __future__ import annotations

import statistics
import time

import numpy as np
import pandas as pd
from measurement import Measurement

from tools.features.catalog import parse_feature
from tools.features.firewall import check, enforce
from tools.features.panel import Panel

BARS, SYMBOLS = 2520, 20
BUDGET_S = 2.0
FEATURES = ("rsi_14", "macd_12_26_9", "momentum_rank_63")
ROUNDS = 3


def _panel() -> Panel:
    rng = np.random.default_rng(0)
    index = pd.date_range("2010-01-04", periods=BARS, freq="B", name="ts")
    columns = pd.Index([f"S{number:02}" for number in range(SYMBOLS)], name="symbol")
    shape = (BARS, SYMBOLS)
    close = 100 * np.exp(rng.normal(0, 0.015, shape).cumsum(axis=0))
    opened = close * np.exp(rng.normal(0, 0.005, shape))
    frames = {
        "open": opened,
        "high": np.maximum(opened, close) * 1.005,
        "low": np.minimum(opened, close) / 1.005,
        "close": close,
        "volume": rng.lognormal(14, 0.5, shape),
    }
    return Panel(**{field: pd.DataFrame(values, index, columns) for field, values in frames.items()})


def firewall() -> list[Measurement]:
    """Prove features on 20 symbols x 10 years; the peer computes the same feature once."""
    panel = _panel()
    figures = []
    for feature in map(parse_feature, FEATURES):
        proofs, bare = [], []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            enforce(check(feature, panel))
            proofs.append(time.perf_counter() - started)
            started = time.perf_counter()
            feature.compute(panel)
            bare.append(time.perf_counter() - started)
        figures.append(
            Measurement(
                f"firewall.{feature.id}",
                statistics.median(proofs),
                "s",
                BUDGET_S,
                peer="the feature itself, once",
                peer_value=statistics.median(bare),
            )
        )
    return figures
