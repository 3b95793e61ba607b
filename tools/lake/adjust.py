"""Adjusted prices from raw ones: a pure function of bars and corporate actions.

The factors are those of CRSP and Yahoo. A split of n new shares for one old divides every earlier price by n and
multiplies every earlier volume by n. A cash dividend D with ex-date t multiplies every earlier price by
1 - D / C, where C is the close of the last bar before t, in shares of day t. The last bar of a symbol is its own
scale: it stays raw.

Only actions inside the given bars count (after the first bar of the symbol, not after its last), so a value never
depends on anything later than the data it came with. An intraday bar belongs to its day on the exchange, so that a
split counts from the first bar of its ex-date, whatever that is in UTC.

Adjusted *levels* do change when later bars arrive: use returns or ratios. Mergers, spin-offs and rights issues are
not modelled.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.kernel.errors import BadRequest
from tools.lake.sessions import timezone_of

Adjust = Literal["none", "split", "total"]
PRICES = ("open", "high", "low", "close")

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def adjusted(bars: pd.DataFrame, actions: pd.DataFrame, mode: Adjust, interval: str = "1d") -> pd.DataFrame:
    """Return `bars` (symbol, ts, open, high, low, close, volume) adjusted by `actions` (symbol, ts, kind, value).

    `close_raw` is added. Mode "none" leaves prices raw, "split" applies splits, "total" splits and dividends;
    volume is adjusted by splits only. Row order is kept; rows of a symbol must be in time order.

    Raises BadRequest where a dividend is not smaller than the price it was paid from: such data cannot be adjusted.
    """
    frame = bars.copy()
    frame["close_raw"] = frame["close"]
    if mode == "none" or frame.empty or actions.empty:
        return frame
    codes, names = pd.factorize(frame["symbol"])
    days, close = _days(frame["ts"], frame["symbol"], interval), frame["close"].to_numpy()
    if np.all(codes[1:] >= codes[:-1]):  # symbol after symbol already
        prices, volumes = _factors(_Series(codes, names, days, close), actions, mode)
    else:
        order = np.argsort(codes, kind="stable")
        sorted_factors = _factors(_Series(codes[order], names, days[order], close[order]), actions, mode)
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        prices, volumes = (factors[back] for factors in sorted_factors)
    for column in PRICES:
        frame[column] = frame[column].to_numpy() * prices
    frame["volume"] = frame["volume"].to_numpy() * volumes
    return frame


class _Series(NamedTuple):
    """Bars symbol after symbol, each in time order: number of the symbol, names by number, day, raw close."""

    codes: Integers
    names: pd.Index
    days: Integers
    close: Floats


def _days(ts: pd.Series, symbols: pd.Series, interval: str) -> Integers:
    """Return the day of each stamp as a number: the day on the exchange for stamps within days."""
    if interval == "1d":
        return np.asarray(ts.to_numpy(), dtype="datetime64[D]").astype(np.int64)
    days = np.empty(len(ts), dtype=np.int64)
    zones = symbols.map({str(symbol): timezone_of(str(symbol)) for symbol in symbols.unique()})
    for zone, rows in zones.groupby(zones).indices.items():
        local = ts.iloc[rows].dt.tz_localize("UTC").dt.tz_convert(str(zone)).dt.tz_localize(None)
        days[rows] = local.to_numpy().astype("datetime64[D]").astype(np.int64)
    return days


def _factors(series: _Series, actions: pd.DataFrame, mode: Adjust) -> tuple[Floats, Floats]:
    """Return the price factor and the volume factor of each bar."""
    splits = _gathered(series, actions[actions["kind"] == "split"], np.multiply, 1.0)
    steps = 1.0 / splits
    if mode == "total":
        cash = _gathered(series, actions[actions["kind"] == "dividend"], np.add, 0.0)
        paid = np.flatnonzero(cash)
        shares = 1.0 - cash[paid] / (series.close[paid - 1] / splits[paid])
        if (shares <= 0).any():
            at = paid[int(np.argmax(shares <= 0))]
            raise BadRequest(
                f"{series.names[series.codes[at]]}: the dividend of {np.datetime64(int(series.days[at]), 'D')} "
                "is not smaller than the price before it.",
                hint="Read unadjusted prices, or load this symbol from another source.",
            )
        steps[paid] *= shares
    return _product_after(series.codes, steps), _product_after(series.codes, splits)


def _gathered(series: _Series, actions: pd.DataFrame, combine: np.ufunc, neutral: float) -> Floats:
    """Return the combined value of the actions at each bar: the first one on the ex-date or after it.

    Only actions after the first bar of their symbol and up to its last count.
    """
    out = np.full(len(series.codes), neutral)
    codes = series.names.get_indexer(actions["symbol"])
    days = actions["ts"].to_numpy().astype("datetime64[D]").astype(np.int64)
    first = np.searchsorted(series.codes, codes, side="left")
    last = np.searchsorted(series.codes, codes, side="right") - 1
    counts = (codes >= 0) & (days > series.days[first.clip(max=len(out) - 1)]) & (days <= series.days[last])
    low = int(min(series.days.min(), days.min(initial=0)))
    width = int(max(series.days.max(), days.max(initial=0))) - low + 1
    at = np.searchsorted(series.codes * width + (series.days - low), codes[counts] * width + (days[counts] - low))
    combine.at(out, at, actions["value"].to_numpy()[counts])
    return out


def _product_after(codes: Integers, steps: Floats) -> Floats:
    """Return for each bar the product of the steps of all later bars of its symbol; 1 for the last."""
    factors = np.ones(len(steps))
    moved = np.unique(codes[steps != 1.0])
    bounds = np.searchsorted(codes, moved, side="left"), np.searchsorted(codes, moved, side="right")
    for low, high in zip(*(each.tolist() for each in bounds), strict=True):
        factors[low : high - 1] = np.cumprod(steps[low + 1 : high][::-1])[::-1]
    return factors
