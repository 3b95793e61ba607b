"""Bars and corporate actions of one symbol, as traded.

Daily bars are always asked for up to today, whatever the end: later splits are needed to undo Yahoo's adjustment
(see `prices`), and come with them. Hourly and 1-minute bars are asked for in windows, after the daily ones of the
same time, which bring the splits and the exchange's time zone.

Actions are delivered from `start` to today, also past `end`: adjusting on read uses those between bars, and a
range loaded later must not miss the split in the gap. A bar without any price is left out and counted. yfinance
itself drops bars outside regular trading hours and turns a missing volume into 0; neither is visible here. Capital
gains paid out by funds are counted in a note and not stored: Yahoo may or may not have added them to the dividend.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

import numpy as np
import pandas as pd
import yfinance

from tools.ingest.source import Interval, Missing, Request
from tools.ingest.yahoo import NAME
from tools.ingest.yahoo.client import ask
from tools.ingest.yahoo.listing import listing
from tools.ingest.yahoo.pace import Undelivered
from tools.ingest.yahoo.part import Part
from tools.ingest.yahoo.prices import Dates, Floats, factors, raw_dividends, raw_prices, raw_volumes, unapplied
from tools.ingest.yahoo.windows import KEPT, Window, intraday_windows
from tools.lake.tables import ACTIONS, BARS, conform

FIRST_DAY = date(1900, 1, 1)
PRICES = ("Open", "High", "Low", "Close")


def fetch_bars(ticker: yfinance.Ticker, symbol: str, request: Request, now: datetime) -> Part:
    """Return bars between `start` and `end`, actions since `start` and the listing. Raises Undelivered."""
    if request.start and request.start > now.date() + timedelta(days=1):
        raise Undelivered(Missing("range", f"{request.start} is in the future"))
    daily, known = _daily(ticker, symbol, request, now)
    bars, notes = daily, list[str]()
    if request.interval != "1d":
        zone = _zone(daily)
        today = now.astimezone(zone).date()
        windows, note = intraday_windows(request.interval, request.start, request.end, today)
        bars, notes = _in_windows(ticker, symbol, request.interval, windows, zone)
        notes = [*([note] if note else []), *notes]
    ex_dates, ratios = _splits(daily)
    rows, more = _rows(symbol, request, bars, ex_dates, ratios)
    notes = [*notes, *more, *_doubts(symbol, daily, ex_dates, ratios)]
    actions = _actions(symbol, daily, ex_dates, ratios)
    actions = actions[actions["ts"] >= pd.Timestamp(request.start or FIRST_DAY)]
    return Part({"bars": rows, "actions": actions, "listings": known}, tuple(notes))


def _daily(
    ticker: yfinance.Ticker, symbol: str, request: Request, now: datetime
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the daily bars up to today since `start`, or since the interval asked for is kept; and the listing."""
    first = request.start or FIRST_DAY
    if request.interval != "1d":
        first = max(first, now.date() - timedelta(days=KEPT[request.interval].days + 2))
    daily = _history(ticker, "1d", _midnight(first, -1), _midnight(now.date(), 2))
    return daily, listing(symbol, ask(ticker.get_history_metadata))


def _midnight(day: date, days: int) -> datetime:
    """Return midnight in UTC, `days` later: a margin wide enough for every time zone."""
    return datetime.combine(day + timedelta(days=days), time(), UTC)


def _history(ticker: yfinance.Ticker, interval: Interval, start: datetime, stop: datetime) -> pd.DataFrame:
    """Return Yahoo's bars in [start, stop), by time at the exchange."""

    def call() -> pd.DataFrame:
        return ticker.history(
            interval=interval, start=start, end=stop, auto_adjust=False, actions=True, repair=False, keepna=True
        )

    return ask(call)


def _zone(frame: pd.DataFrame) -> tzinfo | None:
    zone: tzinfo | None = pd.DatetimeIndex(frame.index).tz
    return zone


def _in_windows(
    ticker: yfinance.Ticker, symbol: str, interval: Interval, windows: tuple[Window, ...], zone: tzinfo | None
) -> tuple[pd.DataFrame, list[str]]:
    """Return the bars of all windows. A window Yahoo has nothing for is a note; nothing at all, Undelivered."""
    frames: list[pd.DataFrame] = []
    notes: list[str] = []
    for window in windows:
        try:
            frames.append(_history(ticker, interval, *_bounds(window, zone)))
        except Undelivered as error:
            if error.missing.kind != "range":
                raise
            last = window.stop - timedelta(days=1)
            notes.append(f"{symbol}: nothing from {window.first} to {last}. Yahoo says: {error.missing.detail}")
    if not frames:
        raise Undelivered(Missing("range", notes[-1].removeprefix(f"{symbol}: ")))
    return pd.concat(frames), notes


def _bounds(window: Window, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """Return the midnights of `window` at the exchange, also on days whose clocks skip or repeat midnight."""
    first, stop = (
        pd.Timestamp(day).tz_localize(zone, ambiguous=True, nonexistent="shift_forward").to_pydatetime()
        for day in (window.first, window.stop)
    )
    return first, stop


def _days(frame: pd.DataFrame) -> Dates:
    """Return the date at the exchange of each row."""
    local: Dates = pd.DatetimeIndex(frame.index).tz_localize(None).to_numpy().astype("datetime64[D]")
    return local


def _splits(daily: pd.DataFrame) -> tuple[Dates, Floats]:
    """Return ex-dates and ratios. Raises Undelivered where a ratio is not a positive number."""
    ratios = daily["Stock Splits"].to_numpy(dtype=np.float64)
    at = ratios != 0
    ex_dates, ratios = _days(daily)[at], ratios[at]
    wrong = ~(np.isfinite(ratios) & (ratios > 0))
    if wrong.any():
        raise Undelivered(Missing("failure", f"Yahoo's split of {ex_dates[wrong][0]} has no usable ratio"))
    return ex_dates, ratios


def _rows(
    symbol: str, request: Request, frame: pd.DataFrame, ex_dates: Dates, ratios: Floats
) -> tuple[pd.DataFrame, list[str]]:
    """Return the raw bars of `frame` in the range asked for. Raises Undelivered where there are none."""
    days = _days(frame)
    first, last = np.datetime64(request.start or FIRST_DAY), np.datetime64(request.end or date.max)
    inside = (days >= first) & (days <= last)
    priced = frame[list(PRICES)].notna().any(axis=1).to_numpy()
    if not (inside & priced).any():
        held = f"Yahoo has {days[priced][0]} to {days[priced][-1]}" if priced.any() else "Yahoo has no prices there"
        raise Undelivered(Missing("range", held))
    empty = int((inside & ~priced).sum())
    notes = [f"{symbol}: {empty} bar{'s' * (empty != 1)} without prices left out."] if empty else []
    kept, days = frame[inside & priced], days[inside & priced]
    factor = factors(days, ex_dates, ratios)
    index = pd.DatetimeIndex(kept.index)
    stamps = days if request.interval == "1d" else index.tz_convert("UTC").tz_localize(None)
    values = {name.lower(): raw_prices(kept[name].to_numpy(dtype=np.float64), factor) for name in PRICES}
    volume = raw_volumes(kept["Volume"].to_numpy(dtype=np.float64), factor)
    table = {"symbol": symbol, "interval": request.interval, "ts": stamps, **values, "volume": volume}
    return conform(pd.DataFrame({**table, "source": NAME}), BARS), notes


def _doubts(symbol: str, daily: pd.DataFrame, ex_dates: Dates, ratios: Floats) -> list[str]:
    """Return a sentence for each split that Yahoo's prices seem to ignore, and one for capital gains left out."""
    closes = daily["Close"].to_numpy(dtype=np.float64)
    notes = [
        f"{symbol}: Yahoo's prices jump at the split of {day} ({ratio:g} for 1) as if it were not applied to the "
        "earlier ones; check them before use."
        for day, ratio in unapplied(_days(daily), closes, ex_dates, ratios)
    ]
    gains = int((daily["Capital Gains"] > 0).sum()) if "Capital Gains" in daily else 0
    return [*notes, *([f"{symbol}: capital gains paid on {gains} days are not stored."] if gains else [])]


def _actions(symbol: str, daily: pd.DataFrame, ex_dates: Dates, ratios: Floats) -> pd.DataFrame:
    """Return splits and dividends, the latter as paid on a share of the day."""
    amounts = daily["Dividends"].to_numpy(dtype=np.float64)
    paid = amounts != 0
    days = _days(daily)[paid]
    cash = raw_dividends(amounts[paid], factors(days, ex_dates, ratios))
    kinds = ["split"] * len(ratios) + ["dividend"] * len(cash)
    table = {"ts": np.concatenate([ex_dates, days]), "kind": kinds, "value": np.concatenate([ratios, cash])}
    return conform(pd.DataFrame(table).assign(symbol=symbol, source=NAME).sort_values("ts"), ACTIONS)
