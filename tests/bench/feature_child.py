"""One measurement of the feature library, in a process of its own: `python feature_child.py NAME` prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import talib

from tools.features.catalog import compute_features, parse_feature
from tools.features.panel import Panel

SYMBOLS, DAYS = 500, 5_000
FEWER = 100  # symbols for the slow peer
REPEATS = 5
FIFTEEN = (
    "rsi_14", "macd_12_26_9", "bollinger_20_2", "atr_14", "sma_ratio_50", "ema_ratio_20", "momentum_20",
    "volatility_20", "yang_zhang_20", "skew_60", "kurtosis_60", "volume_zscore_20", "high_distance_252", "beta_63",
    "illiquidity_21",
)  # fmt: skip

Array = npt.NDArray[np.float64]
Rows = dict[str, Array]  # one symbol's bars, by field


def panel_of(symbols: int) -> Panel:
    """Return seeded bars in the layout that `Panel.from_bars` gives."""
    rng = np.random.default_rng(0)
    sessions = pd.bdate_range("2000-01-03", periods=DAYS, name="ts")
    names = pd.Index([f"S{number:03d}" for number in range(symbols)], name="symbol")

    def frame(values: Array) -> pd.DataFrame:
        return pd.DataFrame(values.T, index=sessions, columns=names, copy=False)

    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, (symbols, DAYS)), axis=1))
    opened = close * np.exp(rng.normal(0, 0.01, close.shape))
    high, low = np.maximum(opened, close) * 1.005, np.minimum(opened, close) * 0.995
    market = pd.Series(close.mean(axis=0), index=sessions)
    return Panel(*map(frame, (opened, high, low, close, rng.lognormal(13, 1, close.shape))), market=market)


def _band(rows: Rows) -> Array:
    upper, _, lower = talib.BBANDS(rows["close"], 20, 2, 2)
    return (rows["close"] - lower) / (upper - lower)


def _zscore(rows: Rows) -> Array:
    volume = rows["volume"]
    return (volume - talib.SMA(volume, 20)) / (talib.STDDEV(volume, 20) * np.sqrt(20 / 19))


def _beta(rows: Rows) -> Array:
    """TA-Lib takes the returns itself, but regresses the second series on the first."""
    return talib.BETA(rows["market"], rows["close"], 63)


def _correlation(rows: Rows) -> Array:
    own = np.concatenate([[np.nan], rows["close"][1:] / rows["close"][:-1] - 1])
    return talib.CORREL(own, rows["market_return"], 63)


def _volatility(rows: Rows) -> Array:
    returns = np.concatenate([[np.nan], np.log(rows["close"][1:] / rows["close"][:-1])])
    return talib.STDDEV(returns, 20) * np.sqrt(252 * 20 / 19)


TALIB: dict[str, Callable[[Rows], Array]] = {
    "rsi_14": lambda rows: talib.RSI(rows["close"], 14),
    "macd_12_26_9": lambda rows: talib.MACD(rows["close"], 12, 26, 9)[2] / rows["close"],
    "atr_14": lambda rows: talib.ATR(rows["high"], rows["low"], rows["close"], 14) / rows["close"],
    "bollinger_20_2": _band,
    "sma_ratio_50": lambda rows: rows["close"] / talib.SMA(rows["close"], 50) - 1,
    "ema_ratio_20": lambda rows: rows["close"] / talib.EMA(rows["close"], 20) - 1,
    "returns_1": lambda rows: talib.ROCP(rows["close"], 1),
    "momentum_20": lambda rows: talib.ROCP(rows["close"], 20),
    "volume_zscore_20": _zscore,
    "volatility_20": _volatility,
    "drawdown_63": lambda rows: rows["close"] / talib.MAX(rows["close"], 63) - 1,
    "high_distance_252": lambda rows: rows["close"] / talib.MAX(rows["high"], 252) - 1,
    "beta_63": _beta,
    "correlation_63": _correlation,
}
FIELDS_OF = {
    "atr_14": ("high", "low", "close"),
    "volume_zscore_20": ("volume",),
    "high_distance_252": ("high", "close"),
}


def _around(name: str) -> tuple[str, ...]:
    return FIELDS_OF.get(name, ("close",))


def _of_index(panel: Panel) -> Rows:
    assert panel.market is not None
    return {"market": panel.market.to_numpy(), "market_return": panel.market.pct_change().to_numpy()}


def with_talib(panel: Panel, name: str) -> pd.DataFrame:
    """Compute a feature column by column from the frames."""
    index, formula, fields = _of_index(panel), TALIB[name], _around(name)
    frames = {field: getattr(panel, field) for field in fields}
    return pd.DataFrame(
        {
            symbol: formula({**index, **{field: frame[symbol].to_numpy() for field, frame in frames.items()}})
            for symbol in panel.symbols
        },
        index=panel.sessions,
    )


def with_bare_talib(panel: Panel, name: str) -> pd.DataFrame:
    """Compute a feature row by row of arrays whose rows are the symbols."""
    index, formula = _of_index(panel), TALIB[name]
    arrays = {field: getattr(panel, field).to_numpy().T for field in _around(name)}
    out = np.empty((len(panel.symbols), len(panel.sessions)))
    for row in range(len(out)):
        out[row] = formula({**index, **{field: array[row] for field, array in arrays.items()}})
    return pd.DataFrame(out.T, index=panel.sessions, columns=panel.close.columns, copy=False)


def with_pandas_ta(panel: Panel, name: str) -> pd.DataFrame:
    """Compute a feature column by column from the frames, without TA-Lib inside."""
    import pandas_ta_classic as ta

    def formula(symbol: str) -> pd.Series:
        close, volume = panel.close[symbol], panel.volume[symbol]
        high, low = panel.high[symbol], panel.low[symbol]
        formulas: dict[str, Callable[[], pd.Series]] = {
            "rsi_14": lambda: ta.rsi(close, 14, talib=False),
            "macd_12_26_9": lambda: ta.macd(close, 12, 26, 9, talib=False)["MACDh_12_26_9"] / close,
            "atr_14": lambda: ta.atr(high, low, close, 14, talib=False) / close,
            "bollinger_20_2": lambda: ta.bbands(close, 20, 2, talib=False)["BBP_20_2.0"],
            "sma_ratio_50": lambda: close / ta.sma(close, 50, talib=False) - 1,
            "ema_ratio_20": lambda: close / ta.ema(close, 20, talib=False) - 1,
            "returns_1": lambda: ta.percent_return(close, 1),
            "log_returns_1": lambda: ta.log_return(close, 1),
            "momentum_20": lambda: ta.roc(close, 20, talib=False) / 100,
            "volatility_20": lambda: ta.hvol(close, 20) / 100,
            "volume_zscore_20": lambda: ta.zscore(volume, 20),
            "skew_60": lambda: ta.skew(ta.log_return(close, 1), 60),
            "kurtosis_60": lambda: ta.kurtosis(ta.log_return(close, 1), 60),
            "beta_63": lambda: ta.beta(close, panel.market, 63),
        }
        return formulas[name]()

    return pd.DataFrame({symbol: formula(symbol) for symbol in panel.symbols})


PANDAS_TA = (*(name for name in FIFTEEN if name not in {"yang_zhang_20", "high_distance_252", "illiquidity_21"}),
             "returns_1", "log_returns_1")  # fmt: skip


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the shortest of some runs after one that is not counted."""
    times = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times[1:])


def agree(ours: pd.DataFrame, theirs: pd.DataFrame, name: str) -> None:
    """Check that the peer computes the same; TA-Lib's sums of squares and its MACD seed differ by a little."""
    both = ours.notna().to_numpy() & theirs.notna().to_numpy()
    both[:300] = False
    if both.mean() < 0.9:
        raise RuntimeError(f"{name}: hardly any value to compare")
    np.testing.assert_allclose(ours.to_numpy()[both], theirs.to_numpy()[both], rtol=1e-5, atol=1e-7, err_msg=name)


def beside(peer: Callable[[Panel, str], pd.DataFrame], names: tuple[str, ...], symbols: int) -> dict[str, float]:
    """Time each feature of the library and of the peer, in turns."""
    panel = panel_of(symbols)
    figures = {}
    for name in names:
        feature = parse_feature(name)
        agree(feature.compute(panel), peer(panel, name), name)
        figures[f"{name} ours"] = seconds(lambda feature=feature: feature.compute(panel))  # type: ignore[misc]  # a default binds the loop variable
        figures[f"{name} peer"] = seconds(lambda name=name: peer(panel, name), 2)  # type: ignore[misc]  # the same
    return figures


def metered(work: Callable[[], object]) -> dict[str, float]:
    """Return the seconds of `work` and the peak resident set of the process so far."""
    started = time.perf_counter()
    kept = work()
    elapsed = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    del kept
    return {"seconds": elapsed, "peak_mib": peak}


def fifteen() -> dict[str, float]:
    """Compute 15 features, cold, imports of numpy and pandas left out."""
    panel = panel_of(SYMBOLS)
    return metered(lambda: compute_features(panel, FIFTEEN))


WORK: dict[str, Callable[[], dict[str, float]]] = {
    "fifteen": fifteen,
    "panel": lambda: metered(lambda: panel_of(SYMBOLS)),
    "talib": lambda: beside(with_talib, tuple(TALIB), SYMBOLS),
    "talib_bare": lambda: beside(with_bare_talib, tuple(TALIB), SYMBOLS),
    "pandas_ta": lambda: beside(with_pandas_ta, PANDAS_TA, FEWER),
}

if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of the peers, on pandas 3
    print(json.dumps(WORK[sys.argv[1]]()))
