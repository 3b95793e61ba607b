"""Stamps in any zone become UTC or a session; bars that are not over are found."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from ingest_sources import bars_of

from tools.ingest.normalise import normalise, unfinished


def at(symbol: str, stamp: str, interval: str = "1d", zone: str | None = None) -> pd.DataFrame:
    ts = pd.DatetimeIndex([stamp]) if zone is None else pd.DatetimeIndex([stamp]).tz_localize(zone)
    return bars_of(symbol, "x", days=1, interval=interval).assign(ts=ts)


@pytest.mark.parametrize(
    ("symbol", "stamp", "zone", "session"),
    [
        ("SPY", "2024-03-11 00:00", None, "2024-03-11"),
        ("SPY", "2024-03-11 04:00", None, "2024-03-11"),  # midnight in summer
        ("SPY", "2024-03-08 05:00", None, "2024-03-08"),  # midnight in winter
        ("SPY", "2024-03-11 09:30", "America/New_York", "2024-03-11"),
        ("SPY", "2024-03-11 23:00", "America/New_York", "2024-03-11"),
        ("7203.T", "2024-03-10 15:00", None, "2024-03-11"),
        ("7203.T", "2024-03-11 00:00", "Asia/Tokyo", "2024-03-11"),
        ("9988.HK", "2024-03-11 01:30", None, "2024-03-11"),
        ("VOD.L", "2024-06-10 23:00", None, "2024-06-11"),
    ],
)
def test_a_daily_bar_belongs_to_its_session(symbol, stamp, zone, session):
    assert normalise(at(symbol, stamp, zone=zone))["ts"].tolist() == [pd.Timestamp(session)]


def test_stamps_within_days_are_only_put_in_utc():
    bars = at("SPY", "2024-03-11 09:30", "1m", "America/New_York")
    assert normalise(bars)["ts"].tolist() == [pd.Timestamp("2024-03-11 13:30")]
    assert normalise(at("SPY", "2024-03-11 13:30", "1m"))["ts"].tolist() == [pd.Timestamp("2024-03-11 13:30")]


@pytest.mark.parametrize(
    ("symbol", "stamp", "interval", "moment", "late"),
    [
        ("SPY", "2024-07-02", "1d", "2024-07-02T19:59", True),
        ("SPY", "2024-07-02", "1d", "2024-07-02T20:00", False),
        ("SPY", "2024-07-03", "1d", "2024-07-03T17:00", False),  # closes at 13:00 in New York that day
        ("7203.T", "2024-07-02", "1d", "2024-07-02T06:30", False),
        ("BTC-USD", "2024-07-02", "1d", "2024-07-02T23:59", True),
        ("BTC-USD", "2024-07-02", "1d", "2024-07-03T00:01", False),
        ("EURUSD=X", "2024-07-02", "1d", "2024-07-02T20:59", True),
        ("EURUSD=X", "2024-07-02", "1d", "2024-07-02T21:00", False),
        ("SPY", "2024-07-04", "1d", "2024-07-04T12:00", True),  # a holiday that is not past
        ("SPY", "2024-07-04", "1d", "2024-07-05T12:00", False),
        ("SPY", "2024-07-05", "1d", "2024-07-02T20:00", True),  # the future
        ("SPY", "2024-07-02 13:30", "1m", "2024-07-02T13:30:59", True),
        ("SPY", "2024-07-02 13:30", "1m", "2024-07-02T13:31", False),
        ("SPY", "2024-07-02 13:30", "1h", "2024-07-02T14:29", True),
        ("SPY", "2024-07-02 13:30", "1h", "2024-07-02T14:30", False),
    ],
)
def test_bars_that_are_not_over(symbol, stamp, interval, moment, late):
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert unfinished(normalise(at(symbol, stamp, interval)), now).tolist() == [late]
