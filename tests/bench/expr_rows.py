"""Expressions: the price of checking one, and of computing one over many bars."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from measurement import Measurement

from tools.features.expr import compile_expression
from tools.features.panel import Panel

TYPICAL = "if_(close > sma(200), 1, -1) * rank(rsi(14) * zscore(volume, 20))"
COMPILED = 300
COMPUTED = "ts_rank(close, 20) * zscore(volume, 20) - correlation(close, volume, 20)"
BARS, SYMBOLS = 5040, 100


def _seconds(work: Callable[[], object], times: int) -> float:
    """Return the median time of `work`."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def expr_compile() -> list[Measurement]:
    """Check an expression of ten nodes; the peer is Python compiling the same text, unchecked."""
    ours = _seconds(lambda: compile_expression(TYPICAL), COMPILED)
    python = _seconds(lambda: compile(TYPICAL, "", "eval"), COMPILED)
    return [
        Measurement("expr_compile", ours * 1e3, "ms", 2.0, "compile() of the same text", python * 1e3),
    ]


def _panel() -> Panel:
    rng = np.random.default_rng(0)
    sessions = pd.bdate_range("2000-01-03", periods=BARS, name="ts")
    names = pd.Index([f"S{number}" for number in range(SYMBOLS)], name="symbol")
    close = pd.DataFrame(np.exp(rng.normal(0, 0.01, (SYMBOLS, BARS)).cumsum(axis=1)).T, sessions, names, copy=False)
    volume = pd.DataFrame(np.exp(rng.normal(13, 0.5, (SYMBOLS, BARS))).T, sessions, names, copy=False)
    return Panel(close, close, close, close, volume)


def _by_hand(panel: Panel) -> pd.DataFrame:
    close, volume = panel.close.rolling(20), panel.volume.rolling(20)
    score = (panel.volume - volume.mean()) / volume.std()
    return close.rank(pct=True) * score - close.corr(panel.volume)


def expr_evaluate() -> list[Measurement]:
    """Compute an expression over 100 symbols and 20 years; the peer is the same in pandas, line by line."""
    panel, expression = _panel(), compile_expression(COMPUTED)
    pd.testing.assert_frame_equal(expression.compute(panel), _by_hand(panel), rtol=1e-6, atol=1e-6)
    ours = _seconds(lambda: expression.compute(panel), 3)
    pandas = _seconds(lambda: _by_hand(panel), 3)
    return [Measurement("expr_evaluate", ours * 1e3, "ms", None, "pandas, line by line", pandas * 1e3)]
