"""Sessions, hours and bar starts of several exchanges."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from tools.kernel.errors import BadRequest
from tools.lake.sessions import (
    INDICES,
    SUFFIXES,
    ZONES,
    _factory,
    bar_starts,
    exchange_of,
    reach,
    sessions,
    timezone_of,
    trading_hours,
)


@pytest.mark.parametrize(
    ("symbol", "exchange", "zone"),
    [
        ("AAPL", "XNYS", "America/New_York"),
        ("BRK-B", "XNYS", "America/New_York"),
        ("BRK.B", "XNYS", "America/New_York"),
        ("^GSPC", "XNYS", "America/New_York"),
        ("azn.l", "XLON", "Europe/London"),
        ("9988.HK", "XHKG", "Asia/Hong_Kong"),
        ("7203.T", "XTKS", "Asia/Tokyo"),
        ("^N225", "XTKS", "Asia/Tokyo"),
        ("300750.SZ", "XSHG", "Asia/Shanghai"),
        ("EURUSD=X", "24/5", "UTC"),
        ("BTC-USD", "24/7", "UTC"),
        ("ES=F", "CMES", "America/Chicago"),
    ],
)
def test_exchange_and_zone(symbol: str, exchange: str, zone: str) -> None:
    assert (exchange_of(symbol), timezone_of(symbol)) == (exchange, zone)


def test_every_exchange_of_the_tables_is_known_with_its_zone() -> None:
    for code in {*SUFFIXES.values(), *INDICES.values(), *ZONES}:
        factory = _factory(code)
        zone = factory.tz.fget(factory) if isinstance(factory.tz, property) else factory.tz
        for moment in (datetime(2024, 1, 15, tzinfo=zone), datetime(2024, 7, 15, tzinfo=zone)):
            assert moment.utcoffset() == moment.replace(tzinfo=ZoneInfo(ZONES[code])).utcoffset(), code


def test_new_york_closes_for_its_holidays() -> None:
    days = sessions("IBM", date(2012, 10, 26), date(2012, 10, 31))
    assert [f"{day:%m-%d}" for day in days] == ["10-26", "10-31"]  # hurricane Sandy
    assert days.tz is None


def test_before_2000_and_a_range_without_sessions() -> None:
    assert len(sessions("IBM", date(1987, 10, 19), date(1987, 10, 23))) == 5
    assert len(sessions("IBM", date(2013, 3, 2), date(2013, 3, 3))) == 0
    assert bar_starts("IBM", "1m", date(2013, 3, 2), date(2013, 3, 3)).empty


def test_reach_is_limited_where_the_exchange_is_known_for_some_years_only() -> None:
    assert reach("7203.T")[0] == date(1997, 1, 1)
    assert sessions("7203.T", date(1996, 12, 1), date(1996, 12, 31)).empty
    assert len(sessions("7203.T", date(1996, 12, 1), date(1997, 1, 31))) > 10


def test_lunch_break_and_half_day_in_hong_kong() -> None:
    hours = trading_hours("9988.HK", date(2019, 12, 23), date(2019, 12, 24))
    local = hours[["open", "close"]].apply(lambda column: column + pd.Timedelta(hours=8))
    shown = [(f"{row.open:%d %H:%M}", f"{row.close:%d %H:%M}") for row in local.itertuples()]
    assert shown == [("23 09:30", "23 12:00"), ("23 13:00", "23 16:00"), ("24 09:30", "24 12:00")]
    assert len(bar_starts("9988.HK", "1m", date(2019, 12, 23), date(2019, 12, 24))) == 330 + 150


def test_the_clock_change_moves_the_open_in_utc() -> None:
    starts = bar_starts("MSFT", "1m", date(2022, 3, 11), date(2022, 3, 14))
    assert len(starts) == 780
    assert [f"{starts[0]:%H:%M}", f"{starts[390]:%H:%M}"] == ["14:30", "13:30"]


def test_early_close_and_hourly_bars() -> None:
    assert len(bar_starts("MSFT", "1m", date(2022, 11, 25), date(2022, 11, 25))) == 210
    assert [f"{stamp:%H:%M}" for stamp in bar_starts("MSFT", "1h", date(2022, 11, 25), date(2022, 11, 25))] == [
        "14:30",
        "15:30",
        "16:30",
        "17:30",
    ]


def test_currencies_trade_from_sunday_to_friday_evening_in_new_york() -> None:
    hours = trading_hours("EURUSD=X", date(2022, 3, 11), date(2022, 3, 14))
    assert [f"{row.open:%a %H:%M} {row.close:%a %H:%M}" for row in hours.itertuples()] == [
        "Thu 22:00 Fri 22:00",
        "Sun 21:00 Mon 21:00",  # New York put its clocks forward that morning
    ]
    assert len(bar_starts("EURUSD=X", "1h", date(2022, 3, 11), date(2022, 3, 14))) == 48


def test_crypto_never_closes() -> None:
    assert len(sessions("BTC-USD", date(2022, 3, 11), date(2022, 3, 14))) == 4
    assert len(bar_starts("BTC-USD", "1m", date(2022, 3, 12), date(2022, 3, 13))) == 2 * 1440


def test_unknown_interval() -> None:
    with pytest.raises(BadRequest, match="5m"):
        bar_starts("IBM", "5m", date(2022, 3, 11), date(2022, 3, 11))
