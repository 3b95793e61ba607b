"""The probes that can be wrong by chance: how often they are, and what they are there for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from leak_market import Source, market

from tools.features.firewall import check, enforce
from tools.features.label import forward_return
from tools.features.leak import chance
from tools.features.leak.bars import Array, Bars
from tools.features.leak.case import Case
from tools.features.panel import Panel
from tools.kernel.errors import GateFailed


@dataclass(frozen=True)
class _Named:
    """A name for values that were not computed by a feature."""

    id: str = "noise"
    warmup: int = 0
    needs_market: bool = False

    def compute(self, panel: Panel) -> pd.DataFrame:
        return panel.close


def _verdicts(
    panel: Panel, values: Array, horizon_days: int
) -> tuple[bool | None, bool | None, chance.Coefficients]:
    case = Case.of(_Named(), Bars.of(panel), values, seed=0)
    one, many = (
        chance.coefficients(values, forward_return(panel, days).to_numpy(dtype=float), days)
        for days in (1, horizon_days)
    )
    assert one is not None
    assert many is not None
    return chance.lag(case, one).passed, chance.placebo(case, many, horizon_days).passed, many


def _noise(kind: str, shape: tuple[int, int], seed: int) -> Array:
    white = np.random.default_rng((seed, 1)).normal(size=shape)
    kinds = {
        "white": white,
        "slow": white.cumsum(axis=0),
        "steady": white[:1] + 1e-3 * white,
        "binary": np.sign(white),
    }
    return kinds[kind]


@pytest.mark.parametrize("kind", ["white", "slow", "steady", "binary"])
@pytest.mark.parametrize(("bars", "symbols", "horizon_days"), [(600, 8, 1), (600, 1, 21), (250, 3, 5), (300, 8, 5)])
def test_noise_is_never_refused(kind: str, bars: int, symbols: int, horizon_days: int) -> None:
    """40 seeds here; 1,000 of each were tried when the thresholds were set, without one alarm."""
    for seed in range(40):
        panel = market(seed, bars=bars, symbols=symbols)
        lag, placebo, _ = _verdicts(panel, _noise(kind, panel.close.shape, seed), horizon_days)
        assert (lag, placebo) == (True, True), seed


def test_the_95_percent_point_is_one() -> None:
    """The coefficient of noise is beyond the placebo's 95 % point in about 5 % of markets."""
    beyond = []
    for seed in range(300):
        panel = market(seed, bars=300, symbols=6, ragged=False)
        _, _, found = _verdicts(panel, _noise("white", panel.close.shape, seed), 1)
        beyond.append(abs(found.by_shift[0]) > np.quantile(np.abs(found.placebo), 0.95))
    assert 0.02 <= np.mean(beyond) <= 0.09  # 5 % and three standard errors


def test_rotation_by_transform_is_rotation() -> None:
    panel = market(3, bars=200, symbols=6, ragged=False)
    values = _noise("white", panel.close.shape, 3)
    labels = forward_return(panel, 1).to_numpy(dtype=float)
    found = chance.coefficients(values, labels, 1)
    assert found is not None
    for shift in (0, 1, 50):
        moved = pd.DataFrame(np.roll(labels, -shift, axis=0))
        plain = pd.DataFrame(values).corrwith(moved, axis=1, method="spearman").mean()
        assert found.by_shift[shift] == pytest.approx(plain, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("symbols", [1, 8])
def test_planted_alpha_is_not_too_good(seed: int, symbols: int) -> None:
    panel = market(seed, bars=600, symbols=symbols, ic=0.1)
    spike = (panel.volume / panel.volume.rolling(20).mean()).to_numpy()
    lag, placebo, _ = _verdicts(panel, spike, 1)
    assert (lag, placebo) == (True, True)


def _stamped_early(panel: Panel) -> Panel:
    """Return bars whose closes are those of the next day: a vendor's column that is one bar off."""
    close = panel.close.shift(-1)
    return replace(panel, close=close)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("symbols", "window"), [(1, 1), (8, 1), (8, 5)])
def test_a_column_stamped_one_bar_early_is_too_good(seed: int, symbols: int, window: int) -> None:
    source = f'def feature(bars):\n    return bars["close"] / bars["open"].shift({window - 1}) - 1\n'
    evidence = check(
        Source("off_by_one", source), _stamped_early(market(seed, bars=600, symbols=symbols)), seed=seed
    )
    assert [item.name for item in evidence.failed] == ["lag"]
    with pytest.raises(GateFailed, match=r"too good to be true.*stamped too early"):
        enforce(evidence)


def test_a_column_that_is_the_label_is_too_good() -> None:
    panel = market(4)
    labelled = replace(panel, volume=1e6 * (1 + forward_return(panel, 1)))
    source = 'def feature(bars):\n    return bars["volume"] / bars["volume"].rolling(20).mean()\n'
    evidence = check(Source("tainted", source), labelled)
    assert [item.name for item in evidence.failed] == ["lag"]
    assert evidence.ic is not None
    assert evidence.ic_lagged is not None
    assert evidence.ic > 0.9
    assert abs(evidence.ic_lagged) < 0.3


def test_a_column_that_knows_the_whole_sample_fails_the_placebo() -> None:
    """Volume ranks the symbols by what they will have returned in the end: any day's label fits."""
    panel = market(1, bars=1000, symbols=20, ragged=False)
    drift = np.exp(np.arange(1000)[:, None] * np.random.default_rng(0).normal(0, 0.004, 20))
    frames = {name: getattr(panel, name) * drift for name in ("open", "high", "low", "close")}
    total = frames["close"].iloc[-1] / frames["close"].iloc[0]
    values = np.repeat(total.to_numpy()[None], 1000, axis=0)
    _, placebo, found = _verdicts(replace(panel, **frames), values, 1)
    assert placebo is False
    assert found.placebo.mean() > 0.15


def test_too_few_bars_or_a_constant_are_not_a_pass() -> None:
    panel = market(0, bars=100)
    labels = forward_return(panel, 1).to_numpy(dtype=float)
    assert chance.coefficients(labels, labels, 1) is None
    longer = market(0, bars=400)
    labels = forward_return(longer, 1).to_numpy(dtype=float)
    assert chance.coefficients(np.ones_like(labels), labels, 1) is None
    case = Case.of(_Named(), Bars.of(panel), labels, seed=0)
    assert chance.lag(case, None).passed is None
    assert chance.placebo(case, None, 1).passed is None
