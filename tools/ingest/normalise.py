"""One form for the time of a bar: naive UTC, daily bars at midnight of their session; and which bars are not over.

A daily bar stamped within a day (the open, or midnight on the exchange, in UTC) belongs to the session of that day
on its exchange. A bar is not over until its session has closed, or its hour or minute has passed: what a vendor
gives for it will change, so it must not enter the lake. Hours come from `tools.lake.sessions`; on a day for which
those know no session, the day has to be past on the exchange.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.lake.sessions import INTERVAL_MINUTES, exchange_of, timezone_of, trading_hours

DAY = np.timedelta64(1, "D")


def normalise(bars: pd.DataFrame) -> pd.DataFrame:
    """Return `bars` with `ts` in naive UTC, and that of daily bars at midnight of the session."""
    frame = in_utc(bars)
    stamps = frame["ts"].to_numpy("datetime64[us]")
    within = (stamps != stamps.astype("datetime64[D]")) & (frame["interval"] == "1d").to_numpy() & ~np.isnat(stamps)
    if not within.any():
        return frame
    for symbol, rows in frame[within].groupby("symbol").groups.items():
        local = frame.loc[rows, "ts"].dt.tz_localize("UTC").dt.tz_convert(timezone_of(str(symbol)))
        frame.loc[rows, "ts"] = local.dt.tz_localize(None).dt.normalize().astype("datetime64[us]")
    return frame


def in_utc(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with `ts` in naive UTC; a stamp without a zone is in UTC already."""
    ts = pd.to_datetime(frame["ts"])
    if ts.dt.tz is not None:
        ts = ts.dt.tz_convert("UTC").dt.tz_localize(None)
    return frame.assign(ts=ts.astype("datetime64[us]")).reset_index(drop=True)


def unfinished(bars: pd.DataFrame, now: datetime) -> npt.NDArray[np.bool_]:
    """Return for each bar of a normalised frame whether it was not over at `now` (aware)."""
    stamps = bars["ts"].to_numpy("datetime64[us]")
    moment = np.datetime64(now.astimezone(UTC).replace(tzinfo=None), "us")
    late = np.zeros(len(bars), dtype=bool)
    for interval in bars["interval"].unique():
        rows = (bars["interval"] == interval).to_numpy()
        if interval in INTERVAL_MINUTES:
            late |= rows & (stamps + np.timedelta64(INTERVAL_MINUTES[interval], "m") > moment)
        elif interval == "1d":
            late[rows] = _unfinished_days(bars[rows], stamps[rows], now)
    return late


def _unfinished_days(
    bars: pd.DataFrame, stamps: npt.NDArray[np.datetime64], now: datetime
) -> npt.NDArray[np.bool_]:
    """Return which daily bars are not over; only those of yesterday and later have to be looked up."""
    late = stamps >= np.datetime64(now.astimezone(UTC).date()) - DAY
    known: dict[tuple[str, date], bool] = {}
    for row in np.flatnonzero(late):
        symbol, day = str(bars["symbol"].iloc[row]), pd.Timestamp(stamps[row]).date()
        place = (exchange_of(symbol), day)
        if place not in known:
            known[place] = _is_open(symbol, day, now)
        late[row] = known[place]
    return late


def _is_open(symbol: str, day: date, now: datetime) -> bool:
    """Return whether the session of `day` is not over at `now`."""
    hours = trading_hours(symbol, day, day)
    if hours.empty:
        return day >= now.astimezone(ZoneInfo(timezone_of(symbol))).date()
    closes: datetime = hours["close"].max().to_pydatetime()
    return now < closes.replace(tzinfo=UTC)
