"""Intraday stamps to UTC: zones asked for, the hour that occurs twice, the hour that is skipped, overlaps."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest
from files_fetch import CORPUS, fetch, fetch_bytes

from tools.kernel.errors import BadRequest


def written(stamps: list[str] | pd.Index) -> str:
    return "Datetime,Close,Volume\n" + "".join(f"{at},{100 + row},1\n" for row, at in enumerate(stamps))


def test_naive_times_need_a_zone() -> None:
    with pytest.raises(BadRequest, match="times without a time zone") as caught:
        fetch(CORPUS / "intraday.csv", interval="1m")
    assert "timezone America/New_York" in caught.value.hint
    with pytest.raises(BadRequest, match="'New York' is not a time zone"):
        fetch(CORPUS / "intraday.csv", interval="1m", timezone="New York")
    bars = fetch(CORPUS / "intraday.csv", interval="1m", timezone="America/New_York").bars
    assert bars["ts"].iloc[0] == pd.Timestamp("2020-12-15 14:30")


@pytest.mark.parametrize(
    "form", ["%Y-%m-%d %H:%M:%S%z", "%d.%m.%Y %H:%M %z", "%Y-%m-%dT%H:%M:%S.%f%z", "%b %d, %Y %I:%M %p %z"]
)
def test_an_offset_is_taken_at_its_word(tmp_path: Path, form: str) -> None:
    stamps = pd.date_range("2021-06-14 09:30", periods=40, freq="min", tz="Asia/Kolkata")
    bars = fetch_bytes(tmp_path, written([f'"{at:{form}}"' for at in stamps]), interval="1m").bars
    assert bars["ts"].iloc[0] == pd.Timestamp("2021-06-14 04:00")
    assert bars["ts"].tolist() == stamps.tz_convert("UTC").tz_localize(None).tolist()


def local(start: str, end: str, freq: str, zone: str) -> tuple[pd.DatetimeIndex, list[str]]:
    """Return UTC times and how a clock in `zone` writes them."""
    utc = pd.date_range(start, end, freq=freq, tz="UTC")
    return utc.tz_localize(None), list(utc.tz_convert(zone).strftime("%Y-%m-%d %H:%M"))


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize(("freq", "interval"), [("min", "1m"), ("h", "1h")])
def test_the_hour_that_occurs_twice_is_told_apart_by_order(
    tmp_path: Path, freq: str, interval: str, newest_first: bool
) -> None:
    utc, stamps = local("2021-10-30 20:00", "2021-10-31 06:00", freq, "Europe/London")
    step = -1 if newest_first else 1
    got = fetch_bytes(tmp_path, written(stamps[::step]), interval=interval, timezone="Europe/London")
    if interval == "1m":
        assert got.bars["ts"].tolist() == list(utc[::step])
    else:  # one bar an hour: 01:00 and 01:00 do not step, so neither is guessed
        assert got.bars["ts"].isna().sum() == 2
        assert "cannot be told apart" in got.notes[-1]


def test_where_order_does_not_tell_the_rows_get_no_time(tmp_path: Path) -> None:
    _, stamps = local("2021-10-30 20:00", "2021-10-31 06:00", "min", "Europe/London")
    got = fetch_bytes(tmp_path, written(sorted(stamps)), interval="1m", timezone="Europe/London")
    assert got.bars["ts"].isna().sum() == 120
    assert len(got.bars) == len(stamps)
    assert "120 rows in the hour that occurs twice" in got.notes[-1]


def test_the_hour_that_is_skipped_has_no_time(tmp_path: Path) -> None:
    stamps = [f"2021-03-28 0{hour}:{minute:02d}" for hour in range(4) for minute in range(60)]
    got = fetch_bytes(tmp_path, written(stamps), interval="1m", timezone="Europe/London")
    assert got.bars["ts"].isna().sum() == 60
    assert "60 rows in the hour that is skipped" in got.notes[-1]


def test_an_overlap_of_two_downloads_either_side_of_the_change_comes_through_whole(tmp_path: Path) -> None:
    """As a vendor's real 15-minute file of bitcoin: +01:00 up to a point, then +00:00 from 32 bars before it."""
    first = pd.date_range("2021-10-30 12:00", periods=400, freq="min", tz="Europe/London")
    again = pd.date_range(first[-32].tz_convert("UTC"), periods=400, freq="min")
    text = written([at.isoformat(sep=" ") for at in (*first, *again)])
    bars = fetch_bytes(tmp_path, text, interval="1m").bars
    assert len(bars) == 800
    assert bars["ts"].duplicated().sum() == 32
    assert bars["ts"].notna().all()


def test_a_clock_change_in_one_symbol_does_not_disturb_another(tmp_path: Path) -> None:
    utc, stamps = local("2021-10-30 22:00", "2021-10-31 04:00", "min", "Europe/London")
    body = "Symbol,Datetime,Close\n" + "".join(f"{name},{at},1\n" for name in ("A", "B") for at in stamps)
    bars = fetch_bytes(tmp_path, body, "A", "B", interval="1m", timezone="Europe/London").bars
    assert bars.loc[bars["symbol"] == "B", "ts"].tolist() == list(utc)


def test_a_daily_stamp_is_the_session_it_is_written_for(tmp_path: Path) -> None:
    """Midnight in Tokyo is the day before in UTC; epochs carry no zone, so naming one puts that right."""
    days = pd.date_range("2021-01-04", periods=5, freq="D", tz="Asia/Tokyo")
    written_for = [day.date() for day in days]
    offsets = fetch_bytes(tmp_path, written([at.isoformat() for at in days])).bars
    assert offsets["ts"].dt.date.tolist() == written_for
    epochs = written([str(int(at.timestamp())) for at in days])
    assert fetch_bytes(tmp_path, epochs, timezone="Asia/Tokyo").bars["ts"].dt.date.tolist() == written_for


def test_585_000_minute_rows_are_read_in_the_time_of_a_breath(tmp_path: Path) -> None:
    count = 585_000
    prices = np.round(100 + np.random.default_rng(7).standard_normal(count).cumsum() / 100, 2)
    stamps = pd.date_range("2021-01-04", periods=count, freq="min").strftime("%Y-%m-%d %H:%M:%S")
    columns = {"Datetime": stamps, "Open": prices, "High": prices, "Low": prices, "Close": prices}
    table = pa.table({**columns, "Volume": np.arange(count)})
    pa_csv.write_csv(table, tmp_path / "prices.csv")
    began = time.process_time()
    got = fetch(tmp_path / "prices.csv", interval="1m", timezone="UTC")
    assert len(got.bars) == count
    assert got.bars["close"].equals(pd.Series(prices, name="close"))
    assert time.process_time() - began < 3  # of processor time; 0.4 s by the clock on two quiet cores
