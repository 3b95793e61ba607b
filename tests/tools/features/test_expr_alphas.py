"""The formulas of "101 Formulaic Alphas" that need only daily bars; some against straight-line pandas."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from random_walk import random_walk

from tools.features.expr import compile_expression
from tools.features.panel import Panel

ALPHAS = {
    int(number): text
    for number, text in re.findall(r"(?m)^(\d+): (.+)$", Path(__file__).with_name("alphas.txt").read_text())
}
PANEL = random_walk(20, 420, seed=3)
Frame = pd.DataFrame


@pytest.mark.parametrize("number", ALPHAS)
def test_compiles_to_itself_and_has_values(number: int) -> None:
    expression = compile_expression(ALPHAS[number])
    assert expression.id == ALPHAS[number]
    values = expression.compute(PANEL).to_numpy()
    assert not np.isinf(values).any()
    assert np.isnan(values[: expression.warmup]).all()
    assert np.isfinite(values[expression.warmup :]).mean() > 0.3


def test_there_are_seventy_seven() -> None:
    assert len(ALPHAS) == 77


def rank(x: Frame) -> Frame:
    return x.rank(axis=1, pct=True)


def ts_rank(x: Frame, window: int) -> Frame:
    return x.rolling(window).apply(lambda part: pd.Series(part).rank(pct=True).iloc[-1], raw=True)


def correlation(x: Frame, y: Frame, window: int) -> Frame:
    columns = {name: x[name].rolling(window).corr(y[name]) for name in x}
    return Frame(columns).replace([np.inf, -np.inf], np.nan).rename_axis(columns="symbol")


def decay_linear(x: Frame, window: int) -> Frame:
    return sum(x.shift(lag) * (window - lag) for lag in range(window)) / (window * (window + 1) / 2)


def alpha_2(p: Panel) -> Frame:
    return -correlation(rank(np.log(p.volume).diff(2)), rank((p.close - p.open) / p.open), 6)


def alpha_3(p: Panel) -> Frame:
    return -correlation(rank(p.open), rank(p.volume), 10)


def alpha_4(p: Panel) -> Frame:
    return -ts_rank(rank(p.low), 9)


def alpha_6(p: Panel) -> Frame:
    return -correlation(p.open, p.volume, 10)


def alpha_7(p: Panel) -> Frame:
    change = p.close.diff(7)
    busy = p.volume.rolling(20).mean() < p.volume
    return (-ts_rank(change.abs(), 60) * np.sign(change)).where(busy, -1.0)


def alpha_9(p: Panel) -> Frame:
    change = p.close.diff()
    return change.where((change.rolling(5).min() > 0) | (change.rolling(5).max() < 0), -change)


def alpha_12(p: Panel) -> Frame:
    return np.sign(p.volume.diff()) * -p.close.diff()


def alpha_21(p: Panel) -> Frame:
    long, short, spread = p.close.rolling(8).mean(), p.close.rolling(2).mean(), p.close.rolling(8).std()
    busy = p.volume / p.volume.rolling(20).mean() >= 1
    out = Frame(np.where(busy, 1.0, -1.0), index=p.close.index, columns=p.close.columns)
    out[short < long - spread] = 1.0
    out[long + spread < short] = -1.0
    return out


def alpha_35(p: Panel) -> Frame:
    returns = p.close.pct_change(fill_method=None)
    return ts_rank(p.volume, 32) * (1 - ts_rank(p.close + p.high - p.low, 16)) * (1 - ts_rank(returns, 32))


def alpha_39(p: Panel) -> Frame:
    busy = decay_linear(p.volume / p.volume.rolling(20).mean(), 9)
    year = p.close.pct_change(fill_method=None).rolling(250).sum()
    return -rank(p.close.diff(7) * (1 - rank(busy))) * (1 + rank(year))


def alpha_40(p: Panel) -> Frame:
    return -rank(p.high.rolling(10).std()) * correlation(p.high, p.volume, 10)


def alpha_42(p: Panel) -> Frame:
    typical = (p.high + p.low + p.close) / 3
    return rank(typical - p.close) / rank(typical + p.close)


def alpha_54(p: Panel) -> Frame:
    return -((p.low - p.close) * p.open**5) / ((p.low - p.high) * p.close**5)


def alpha_60(p: Panel) -> Frame:
    place = rank((2 * p.close - p.low - p.high) / (p.high - p.low) * p.volume)
    age = rank(p.close.rolling(10).apply(lambda part: np.argmax(part[::-1]), raw=True))
    return -(2 * place.div(place.sum(axis=1), axis=0) - age.div(age.sum(axis=1), axis=0))


def alpha_101(p: Panel) -> Frame:
    return (p.close - p.open) / (p.high - p.low + 0.001)


BY_HAND = (
    alpha_2, alpha_3, alpha_4, alpha_6, alpha_7, alpha_9, alpha_12, alpha_21, alpha_35, alpha_39, alpha_40,
    alpha_42, alpha_54, alpha_60, alpha_101,
)  # fmt: skip


@pytest.mark.parametrize("by_hand", BY_HAND)
def test_agrees_with_straight_line_pandas(by_hand: Callable[[Panel], Frame]) -> None:
    expression = compile_expression(ALPHAS[int(by_hand.__name__.removeprefix("alpha_"))])
    found, expected = expression.compute(PANEL), by_hand(PANEL)
    settled = slice(expression.warmup, None)
    pd.testing.assert_frame_equal(found.iloc[settled], expected.iloc[settled], rtol=1e-8, atol=1e-9)
