"""The library beside pandas-ta-classic, on random bars, wherever that has the indicator.

Where a definition differs, the difference is undone first and said here. Ours are shares of the close (ATR, MACD)
or fractions (its ROC and historical volatility are in percent). Its skew, kurtosis, z-score and correlation are of
whatever series one gives it; ours are of log returns, of volume, and of simple returns with the index.
Not in it: Parkinson, Garman-Klass, Yang-Zhang, Amihud, turn of month, ranks across symbols, the periodogram,
fractional differences. Its drawdown is from the highest close of all time, ours of a window.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pandas_ta_classic as ta
import pytest
from library_market import random_market

from tools.features.catalog import parse_feature
from tools.features.panel import Panel


class Bars:
    """One symbol's series, and what is made of them."""

    def __init__(self, panel: Panel, symbol: str) -> None:
        self.high, self.low = panel.high[symbol], panel.low[symbol]
        self.close, self.volume = panel.close[symbol], panel.volume[symbol]
        assert panel.market is not None
        self.market = panel.market
        self.returns = self.close / self.close.shift(1) - 1
        self.log_returns = np.log(self.close / self.close.shift(1))


PEERS: dict[str, Callable[[Bars], pd.Series]] = {
    "rsi_14": lambda bars: ta.rsi(bars.close, 14, talib=False),
    "rsi_3": lambda bars: ta.rsi(bars.close, 3, talib=False),
    "atr_14": lambda bars: ta.atr(bars.high, bars.low, bars.close, 14, talib=False) / bars.close,
    "macd_12_26_9": lambda bars: ta.macd(bars.close, 12, 26, 9, talib=False)["MACDh_12_26_9"] / bars.close,
    "bollinger_20_2": lambda bars: ta.bbands(bars.close, 20, 2, ddof=0, talib=False)["BBP_20_2.0"],
    "bollinger_23_1": lambda bars: ta.bbands(bars.close, 23, 1, ddof=0, talib=False)["BBP_23_1.0"],
    "sma_ratio_50": lambda bars: bars.close / ta.sma(bars.close, 50, talib=False) - 1,
    "ema_ratio_20": lambda bars: bars.close / ta.ema(bars.close, 20, talib=False) - 1,
    "momentum_20": lambda bars: ta.roc(bars.close, 20, talib=False) / 100,
    "reversal_5": lambda bars: -ta.roc(bars.close, 5, talib=False) / 100,
    "returns_3": lambda bars: ta.percent_return(bars.close, 3),
    "log_returns_3": lambda bars: ta.log_return(bars.close, 3),
    "volatility_20": lambda bars: ta.hvol(bars.close, 20) / 100,
    "volume_zscore_20": lambda bars: ta.zscore(bars.volume, 20),
    "volume_spike_20": lambda bars: bars.volume / ta.sma(bars.volume, 20, talib=False).shift(1),
    "skew_60": lambda bars: ta.skew(bars.log_returns, 60),
    "kurtosis_60": lambda bars: ta.kurtosis(bars.log_returns, 60),
    "beta_63": lambda bars: ta.beta(bars.close, bars.market, 63),
    "correlation_63": lambda bars: ta.correl(bars.returns, bars.market / bars.market.shift(1) - 1, 63),
}


@pytest.mark.parametrize("feature_id", PEERS)
@pytest.mark.parametrize("seed", [0, 1])
def test_agrees_with_pandas_ta(feature_id: str, seed: int) -> None:
    panel = random_market(seed, bars=500, holes=False)
    bound = parse_feature(feature_id)
    raw, masked = bound.feature.compute(panel, *bound.params), bound.compute(panel)
    for symbol in panel.symbols:
        expected = PEERS[feature_id](Bars(panel, symbol)).to_numpy(dtype=float)
        known = ~np.isnan(expected)
        assert known.sum() > 400
        np.testing.assert_allclose(raw[symbol][known], expected[known], rtol=1e-9, atol=1e-12)
        settled = masked[symbol].notna().to_numpy()
        assert settled.sum() > 250
        np.testing.assert_allclose(masked[symbol][settled], expected[settled], rtol=1e-9, atol=1e-12)


def test_drawdown_agrees_where_the_window_holds_all_of_history() -> None:
    panel = random_market(2, bars=300, holes=False)
    ours = parse_feature("drawdown_300").compute(panel)["A"].iloc[-1]
    assert ours == pytest.approx(-ta.drawdown(panel.close["A"])["DD_PCT"].iloc[-1], rel=1e-9)
