import math

import numpy as np
import pandas as pd
import pytest

from tools.backtest import stats

MIXED = pd.Series([np.nan, 1, 10, -4, 2, 3, 2, 1, -10]) / 100


def test_agrees_with_published_values():
    figures = stats.summarise(MIXED, MIXED * 0)
    assert figures.sharpe == pytest.approx(1.7238613961706866, rel=1e-9)
    assert figures.sortino == pytest.approx(2.605531251673693, rel=1e-9)
    assert figures.calmar == pytest.approx(19.135925373194233, rel=1e-9)
    assert figures.max_drawdown == pytest.approx(-0.1, rel=1e-9)
    assert figures.cagr == pytest.approx(1.9135925373194231, rel=1e-9)
    assert figures.volatility == pytest.approx(0.9136465399704637, rel=1e-9)


def test_agrees_on_the_index():
    datasets = pytest.importorskip("skfolio.datasets")
    returns = datasets.load_sp500_index().iloc[:, 0].pct_change().dropna()
    assert stats.sharpe(returns) == pytest.approx(0.4816185819, abs=5e-11)
    assert stats.sortino(returns) == pytest.approx(0.6798458788, abs=5e-11)
    assert stats.max_drawdown(returns) == pytest.approx(-0.5677538894, abs=5e-11)
    assert stats.cagr(returns) == pytest.approx(0.0739463, abs=5e-8)


def test_sharpe_stderr_is_lo_2002():
    """Table 1 of the paper: a ratio of 1.5 a period over 60 periods has a standard error of 0.1882."""
    wave = np.tile([-1.0, 1.0], 30)
    returns = pd.Series(1.5 * wave.std(ddof=1) + wave)
    assert stats.sharpe_stderr(returns) / math.sqrt(252) == pytest.approx(0.1882, abs=5e-5)


@pytest.mark.parametrize("values", [[], [0.01], [0.0, 0.0, 0.0], [0.01] * 50, [np.nan, np.nan]])
def test_undefined_is_none(values):
    figures = stats.summarise(pd.Series(values, dtype=float), pd.Series(values, dtype=float))
    assert figures.sharpe is None
    assert figures.sharpe_stderr is None
    assert figures.calmar is None
    assert figures.sortino is None
    assert figures.max_drawdown == 0
    assert figures.days == len(values)


def test_ruin_is_minus_one():
    returns = pd.Series([0.1, -1.0, 0.0])
    assert stats.cagr(returns) == -1
    assert stats.max_drawdown(returns) == -1


def test_a_loss_on_the_first_day_is_a_drawdown():
    assert stats.max_drawdown(pd.Series([-0.2, 0.1])) == pytest.approx(-0.2)


def test_turnover_is_annualised():
    assert stats.turnover(pd.Series([1.0] + [0.0] * 125)) == pytest.approx(2.0)
