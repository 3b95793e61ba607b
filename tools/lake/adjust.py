"""Adjusted prices from raw ones: a pure function of bars and corporate actions.

The factors are those of CRSP and Yahoo. A split of n new shares for one old divides every earlier price by n and
multiplies every earlier volume by n. A cash dividend D with ex-date t multiplies every earlier price by
1 - D / C, where C is the close of the last bar before t, in shares of day t. The last bar of a symbol is its own
scale: it stays raw.

Only actions inside the given bars count (after the first bar of the symbol, not after its last), so a value never
depends on anything later than the data it came with. Adjusted *levels* do change when later bars arrive: use
returns or ratios. Mergers, spin-offs and rights issues are not modelled.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.kernel.errors import BadRequest

Adjust = Literal["none", "split", "total"]
PRICES = ("open", "high", "low", "close")

Floats = npt.NDArray[np.float64]


def adjusted(bars: pd.DataFrame, actions: pd.DataFrame, mode: Adjust) -> pd.DataFrame:
    """Return `bars` (symbol, ts, open, high, low, close, volume) adjusted by `actions` (symbol, ts, kind, value).

    `close_raw` is added. Mode "none" leaves prices raw, "split" applies splits, "total" splits and dividends;
    volume is adjusted by splits only. Row order is kept; rows of a symbol must be in time order.

    Raises BadRequest where a dividend is not smaller than the price it was paid from: such data cannot be adjusted.
    """
    frame = bars.copy()
    frame["close_raw"] = frame["close"]
    if mode == "none" or frame.empty or actions.empty:
        return frame
    prices = np.ones(len(frame))
    volumes = np.ones(len(frame))
    known = {str(symbol): group for symbol, group in actions.groupby("symbol")}
    for symbol, rows in frame.groupby("symbol").indices.items():
        if str(symbol) in known:
            one = frame.iloc[rows]
            prices[rows], volumes[rows] = _factors(str(symbol), one, known[str(symbol)], mode)
    for column in PRICES:
        frame[column] = frame[column].to_numpy() * prices
    frame["volume"] = frame["volume"].to_numpy() * volumes
    return frame


def _factors(symbol: str, bars: pd.DataFrame, actions: pd.DataFrame, mode: Adjust) -> tuple[Floats, Floats]:
    """Return the price factor and the volume factor of each bar of one symbol."""
    stamps = bars["ts"].to_numpy()
    count = len(stamps)
    splits = _ratio_at(stamps, actions[actions["kind"] == "split"])
    steps = 1.0 / splits
    if mode == "total":
        cash = _cash_at(stamps, actions[actions["kind"] == "dividend"])
        before = np.concatenate(([np.inf], bars["close"].to_numpy()[:-1])) / splits
        shares = 1.0 - cash / before
        if (shares <= 0).any():
            when = pd.Timestamp(stamps[int(np.argmax(shares <= 0))]).date()
            raise BadRequest(
                f"{symbol}: the dividend of {when} is not smaller than the price before it.",
                hint="Read unadjusted prices, or load this symbol from another source.",
            )
        steps = steps * shares
    return _product_after(steps, count), _product_after(splits, count)


def _positions(stamps: npt.NDArray[np.datetime64], actions: pd.DataFrame) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the bar at or after each action, and its value, for actions after the first and up to the last bar."""
    when = actions["ts"].to_numpy()
    inside = (when > stamps[0]) & (when <= stamps[-1])
    return np.searchsorted(stamps, when[inside], side="left"), actions["value"].to_numpy()[inside]


def _ratio_at(stamps: npt.NDArray[np.datetime64], splits: pd.DataFrame) -> Floats:
    at, values = _positions(stamps, splits)
    ratios = np.ones(len(stamps))
    np.multiply.at(ratios, at, values)
    return ratios


def _cash_at(stamps: npt.NDArray[np.datetime64], dividends: pd.DataFrame) -> Floats:
    at, values = _positions(stamps, dividends)
    cash = np.zeros(len(stamps))
    np.add.at(cash, at, values)
    return cash


def _product_after(steps: Floats, count: int) -> Floats:
    """Return for each bar the product of the steps of all later bars; 1 for the last."""
    factors = np.ones(count)
    factors[:-1] = np.cumprod(steps[:0:-1])[::-1]
    return factors
