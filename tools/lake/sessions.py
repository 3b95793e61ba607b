"""When a symbol trades: its exchange by the suffix of the symbol, the sessions of that exchange, and their hours.

The suffixes are Yahoo's (`VOD.L`, `0700.HK`, `EURUSD=X`, `BTC-USD`); a symbol without a known one is taken as
listed in New York. Holidays, early closes and lunch breaks are those of `exchange_calendars`, imported and
built once an exchange, on first use. It knows some exchanges for a limited range only: see `reach`.

Not covered: unscheduled halts of a single symbol, trading before the open and after the close, and the Shenzhen and
Indian National exchanges, which are taken to keep the days of Shanghai and Bombay. Currencies trade from Sunday to
Friday, 17:00 in New York; holidays on which banks are closed are not subtracted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tools.kernel.errors import BadRequest

if TYPE_CHECKING:
    import pandas as pd

HOME = "XNYS"
CURRENCIES, CRYPTO = "24/5", "24/7"
FX_ZONE, FX_CLOSE_HOUR = "America/New_York", 17
YEARS_AHEAD = 1
EPOCHS = (1960, 2000)
"""First years that calendars are built for: the recent ones serve most questions in a third of the time."""

INTERVAL_MINUTES: Mapping[str, int] = MappingProxyType({"1m": 1, "1h": 60})

SUFFIXES: Mapping[str, str] = MappingProxyType(
    {
        "L": "XLON", "IL": "XLON", "IR": "XDUB", "DE": "XETR", "F": "XFRA", "DU": "XDUS", "HM": "XHAM",
        "SG": "XSTU", "PA": "XPAR", "AS": "XAMS", "BR": "XBRU", "LS": "XLIS", "MI": "XMIL", "MC": "XMAD",
        "SW": "XSWX", "VI": "XWBO", "ST": "XSTO", "CO": "XCSE", "HE": "XHEL", "OL": "XOSL", "IC": "XICE",
        "WA": "XWAR", "PR": "XPRA", "BD": "XBUD", "AT": "ASEX", "IS": "XIST", "TA": "XTAE", "JO": "XJSE",
        "SR": "XSAU", "TO": "XTSE", "V": "XTSE", "CN": "XTSE", "NE": "XTSE", "SA": "BVMF", "MX": "XMEX",
        "BA": "XBUE", "SN": "XSGO", "T": "XTKS", "HK": "XHKG", "SS": "XSHG", "SZ": "XSHG", "TW": "XTAI",
        "TWO": "XTAI", "KS": "XKRX", "KQ": "XKRX", "NS": "XBOM", "BO": "XBOM", "SI": "XSES", "KL": "XKLS",
        "BK": "XBKK", "JK": "XIDX", "PS": "XPHS", "AX": "XASX", "NZ": "XNZE", "NYB": "IEPA", "CME": "CMES",
        "CBT": "CMES", "CMX": "CMES", "NYM": "CMES",
    }
)  # fmt: skip

INDICES: Mapping[str, str] = MappingProxyType(
    {
        "^FTSE": "XLON", "^GDAXI": "XETR", "^STOXX50E": "XETR", "^FCHI": "XPAR", "^AEX": "XAMS", "^IBEX": "XMAD",
        "^SSMI": "XSWX", "^OMX": "XSTO", "^N225": "XTKS", "^HSI": "XHKG", "^TWII": "XTAI", "^KS11": "XKRX",
        "^BSESN": "XBOM", "^NSEI": "XBOM", "^STI": "XSES", "^AXJO": "XASX", "^GSPTSE": "XTSE", "^BVSP": "BVMF",
        "^MXX": "XMEX",
    }
)  # fmt: skip

ZONES: Mapping[str, str] = MappingProxyType(
    {
        "XNYS": "America/New_York", "IEPA": "America/New_York", "CMES": "America/Chicago",
        "XTSE": "America/Toronto", "BVMF": "America/Sao_Paulo", "XMEX": "America/Mexico_City",
        "XBUE": "America/Argentina/Buenos_Aires", "XSGO": "America/Santiago", "XLON": "Europe/London",
        "XDUB": "Europe/Dublin", "XETR": "Europe/Berlin", "XFRA": "Europe/Berlin", "XDUS": "Europe/Berlin",
        "XHAM": "Europe/Berlin", "XSTU": "Europe/Berlin", "XPAR": "Europe/Paris", "XAMS": "Europe/Amsterdam",
        "XBRU": "Europe/Brussels", "XLIS": "Europe/Lisbon", "XMIL": "Europe/Rome", "XMAD": "Europe/Madrid",
        "XSWX": "Europe/Zurich", "XWBO": "Europe/Vienna", "XSTO": "Europe/Stockholm", "XCSE": "Europe/Copenhagen",
        "XHEL": "Europe/Helsinki", "XOSL": "Europe/Oslo", "XICE": "Atlantic/Reykjavik", "XWAR": "Europe/Warsaw",
        "XPRA": "Europe/Prague", "XBUD": "Europe/Budapest", "ASEX": "Europe/Athens", "XIST": "Europe/Istanbul",
        "XTAE": "Asia/Tel_Aviv", "XJSE": "Africa/Johannesburg", "XSAU": "Asia/Riyadh", "XTKS": "Asia/Tokyo",
        "XHKG": "Asia/Hong_Kong", "XSHG": "Asia/Shanghai", "XTAI": "Asia/Taipei", "XKRX": "Asia/Seoul",
        "XBOM": "Asia/Calcutta", "XSES": "Asia/Singapore", "XKLS": "Asia/Kuala_Lumpur", "XBKK": "Asia/Bangkok",
        "XIDX": "Asia/Jakarta", "XPHS": "Asia/Manila", "XASX": "Australia/Sydney", "XNZE": "Pacific/Auckland",
        CURRENCIES: "UTC", CRYPTO: "UTC",
    }
)  # fmt: skip

COIN = re.compile(r"[A-Z0-9]{2,12}-(USD|USDT|USDC|EUR|GBP|JPY|CAD|AUD|CHF|KRW|INR|BTC|ETH)")


def exchange_of(symbol: str) -> str:
    """Return the calendar code of the exchange `symbol` trades on: "XNYS", "XLON", ..., "24/5", "24/7"."""
    name = symbol.upper()
    if name.endswith("=X"):
        return CURRENCIES
    if name.endswith("=F"):
        return "CMES"
    if COIN.fullmatch(name):
        return CRYPTO
    if name in INDICES:
        return INDICES[name]
    return SUFFIXES.get(name.rpartition(".")[2], HOME) if "." in name else HOME


def timezone_of(symbol: str) -> str:
    """Return the IANA zone of the exchange `symbol` trades on; "UTC" for currencies and crypto."""
    return ZONES[exchange_of(symbol)]


def reach(symbol: str) -> tuple[date, date]:
    """Return the first and the last day for which the sessions of `symbol` are known."""
    return _reach(exchange_of(symbol))


def sessions(symbol: str, start: date, end: date) -> pd.DatetimeIndex:
    """Return the session dates of `symbol` from `start` to `end`, both included, as naive midnights.

    Days outside `reach(symbol)` have no sessions here: nothing is known about them.
    """
    import pandas as pd

    return pd.DatetimeIndex(_schedule(symbol, start, end).index, freq=None, name="session")


def trading_hours(symbol: str, start: date, end: date) -> pd.DataFrame:
    """Return session, open, close (naive UTC): a row for each stretch of trading of the sessions asked for.

    A session with a lunch break has two rows. `close` is the moment trading ends, so it starts no bar.
    """
    import pandas as pd

    schedule = _schedule(symbol, start, end)
    whole = schedule["break_start"].isna()
    first = schedule.assign(close=schedule["close"].where(whole, schedule["break_start"]))
    second = schedule.assign(open=schedule["break_end"]).loc[~whole]
    hours = pd.concat([first, second]).rename_axis("session").reset_index()[["session", "open", "close"]]
    return hours.sort_values("open", ignore_index=True)


def bar_starts(symbol: str, interval: str, start: date, end: date) -> pd.DatetimeIndex:
    """Return the start of every bar (naive UTC) that a full record of these sessions has.

    Daily bars start at midnight of the session. Intraday bars are counted from the open, and from the end of a
    lunch break; the last bar of a stretch may be shorter. Raises BadRequest for an unknown interval.
    """
    import numpy as np
    import pandas as pd

    if interval == "1d":
        return sessions(symbol, start, end)
    step = _step(interval)
    hours = trading_hours(symbol, start, end)
    counts = np.ceil((hours["close"] - hours["open"]) / step).astype("int64").to_numpy()
    ends = np.cumsum(counts)
    number = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
    opens = np.repeat(hours["open"].to_numpy("datetime64[us]"), counts)
    return pd.DatetimeIndex(opens + number * np.timedelta64(step), name="ts")


def _step(interval: str) -> timedelta:
    if interval not in INTERVAL_MINUTES:
        raise BadRequest(f"There is no interval {interval!r}.", hint="Choose from 1d, 1h and 1m.")
    return timedelta(minutes=INTERVAL_MINUTES[interval])


@cache
def _factory(code: str) -> Any:
    from exchange_calendars.calendar_utils import _default_calendar_factories as factories

    return factories[code]


@cache
def _reach(code: str) -> tuple[date, date]:
    import pandas as pd

    earliest, latest = _factory(code).bound_min(), _factory(code).bound_max()
    first = pd.Timestamp(date(EPOCHS[0], 1, 1))
    last = pd.Timestamp(date(datetime.now(UTC).year + YEARS_AHEAD, 12, 31))
    return (
        (first if earliest is None else max(first, earliest)).date(),
        (last if latest is None else min(last, latest)).date(),
    )


@cache
def _calendar(code: str, first: date) -> pd.DataFrame:
    """Return the schedule of an exchange from `first` to the end of its reach, in naive UTC."""
    import pandas as pd

    if code == CURRENCIES:
        return _fx_calendar(first, _reach(code)[1])
    known = _factory(code)(start=pd.Timestamp(first), end=pd.Timestamp(_reach(code)[1])).schedule
    return known.apply(lambda column: column.dt.tz_localize(None).astype("datetime64[us]"))


def _fx_calendar(first: date, last: date) -> pd.DataFrame:
    """Return the days on which currencies trade: each ends at 17:00 in New York, where the next one begins."""
    import pandas as pd

    days = pd.bdate_range(first, last, name="session")
    hour = pd.Timedelta(hours=FX_CLOSE_HOUR)
    close = (days + hour).tz_localize(FX_ZONE).tz_convert("UTC").tz_localize(None)
    begin = (days - pd.Timedelta(days=1) + hour).tz_localize(FX_ZONE).tz_convert("UTC").tz_localize(None)
    never = pd.Series(pd.NaT, index=days, dtype="datetime64[us]")
    times = {"open": begin, "break_start": never, "break_end": never, "close": close}
    return pd.DataFrame(times, index=days).astype("datetime64[us]")


def _schedule(symbol: str, start: date, end: date) -> pd.DataFrame:
    """Return the rows of the schedule of `symbol` from `start` to `end`, both included, within its reach."""
    import pandas as pd

    code = exchange_of(symbol)
    known_from = _reach(code)[0]
    epoch = max(date(year, 1, 1) for year in EPOCHS if year <= max(start.year, EPOCHS[0]))
    calendar = _calendar(code, max(epoch, known_from))
    return calendar.loc[pd.Timestamp(start) : pd.Timestamp(end)]
