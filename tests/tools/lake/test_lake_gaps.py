"""Gaps of daily and intraday series against the calendars of several exchanges."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lake_frames import NO_ACTIONS, make_bars

from tools.ingest.sample import SampleSource
from tools.ingest.source import Request
from tools.kernel.errors import NoData
from tools.kernel.paths import Workspace
from tools.kernel.spec import silent
from tools.lake.gaps import Gaps, find_gaps, lake_gaps
from tools.lake.sessions import bar_starts, sessions
from tools.lake.store import open_lake

SPRING = (date(2022, 3, 21), date(2022, 4, 1))
"""Two weeks around the clock change of London; New York changed the week before, Hong Kong never does."""


def gaps_of(symbol: str, stamps: pd.DatetimeIndex, interval: str = "1d") -> Gaps:
    return find_gaps(symbol, interval, "sample", stamps)


def test_the_sample_is_clean() -> None:
    bars = SampleSource().fetch(Request(("AAPL", "IBM", "MSFT", "^GSPC")), silent).bars
    for symbol, rows in bars.groupby("symbol"):
        found = gaps_of(str(symbol), pd.DatetimeIndex(rows["ts"]))
        assert (len(found.missing), len(found.extra), found.held) == (0, 0, found.expected), symbol


def test_a_missing_week_is_one_run_and_a_saturday_is_extra() -> None:
    days = sessions("IBM", date(2012, 6, 1), date(2012, 7, 31))
    lost = days[(days >= "2012-07-02") & (days <= "2012-07-06")]
    found = gaps_of("IBM", days.difference(lost).append(pd.DatetimeIndex(["2012-06-09"])))
    assert [(run.first.day, run.last.day, run.bars) for run in found.runs] == [(2, 6, 4)]  # the 4th is a holiday
    assert list(found.missing) == list(lost)
    assert list(found.extra) == [pd.Timestamp("2012-06-09")]
    assert found.exchange == "XNYS"


@pytest.mark.parametrize("symbol", ["MSFT", "AZN.L", "9988.HK", "EURUSD=X", "BTC-USD"])
@pytest.mark.parametrize("interval", ["1m", "1h"])
def test_whole_intraday_series_have_no_gap_over_a_clock_change(symbol: str, interval: str) -> None:
    found = gaps_of(symbol, bar_starts(symbol, interval, *SPRING), interval)
    assert (len(found.missing), len(found.extra), found.held) == (0, 0, found.expected)


@pytest.mark.parametrize(("symbol", "day"), [("AZN.L", "2022-03-28"), ("9988.HK", "2022-03-29")])
def test_bars_left_an_hour_off_show(symbol: str, day: str) -> None:
    """As where a vendor's local stamps are read with yesterday's offset."""
    stamps = bar_starts(symbol, "1m", *SPRING)
    late = stamps.where(stamps.normalize() != pd.Timestamp(day), stamps + timedelta(hours=1))
    found = gaps_of(symbol, pd.DatetimeIndex(late), "1m")
    lunch = 60 if symbol == "9988.HK" else 0  # the last hour before lunch falls into it, too
    assert len(found.missing) == 60 + lunch
    assert len(found.extra) == 60 + lunch


def test_hours_cut_on_the_clock_fill_their_slots() -> None:
    day = date(2022, 3, 22)
    clock = pd.date_range("2022-03-22 13:00", "2022-03-22 19:00", freq="h")  # New York opens at 13:30 UTC
    found = gaps_of("MSFT", clock, "1h")
    assert found.extra.empty
    assert list(found.missing) == []
    without = gaps_of("MSFT", clock.drop(pd.Timestamp("2022-03-22 16:00")), "1h")
    assert list(without.missing) == [pd.Timestamp("2022-03-22 15:30")]
    assert bar_starts("MSFT", "1h", day, day)[2] == without.missing[0]


def test_bars_at_lunch_and_at_the_close_are_extra() -> None:
    stamps = bar_starts("9988.HK", "1m", date(2022, 3, 22), date(2022, 3, 22))
    odd = pd.DatetimeIndex(["2022-03-22 04:30", "2022-03-22 08:00"])  # 12:30 and 16:00 in Hong Kong
    assert list(gaps_of("9988.HK", stamps.append(odd), "1m").extra) == list(odd)


def test_a_lost_minute_of_a_currency_on_sunday_evening() -> None:
    stamps = bar_starts("EURUSD=X", "1m", date(2022, 3, 14), date(2022, 3, 15))
    found = gaps_of("EURUSD=X", stamps.delete(5), "1m")
    assert [f"{stamp:%a %H:%M}" for stamp in found.missing] == ["Sun 21:05"]


def test_bars_before_the_calendar_is_known_are_unchecked() -> None:
    days = pd.DatetimeIndex(["1996-12-27", "1996-12-30", "1997-01-06", "1997-01-07"])
    found = gaps_of("7203.T", days)
    assert (found.unchecked, found.held, found.expected, len(found.extra)) == (2, 4, 2, 0)


ALL = sessions("IBM", date(2012, 1, 1), date(2012, 3, 31))


@given(kept=st.sets(st.integers(0, len(ALL) - 1), min_size=1))
def test_held_and_missing_make_up_the_calendar(kept: set[int]) -> None:
    found = gaps_of("IBM", ALL[sorted(kept)])
    assert len(found.missing) + found.held == found.expected == max(kept) - min(kept) + 1
    assert sum(run.bars for run in found.runs) == len(found.missing)
    assert found.extra.empty


def test_every_source_of_the_lake_is_looked_at(workspace: Workspace) -> None:
    with open_lake(workspace) as lake:
        for source in ("sample", "yahoo"):
            bars = make_bars("IBM", 5, start="2012-01-02", source=source)  # a holiday, then four sessions
            lake.write_bars(bars, NO_ACTIONS, message="x")
        found = lake_gaps(lake, ["IBM"])
        assert [(each.source, len(each.extra)) for each in found] == [("sample", 1), ("yahoo", 1)]
        assert [each.source for each in lake_gaps(lake, ["IBM"], source="yahoo")] == ["yahoo"]
        with pytest.raises(NoData, match="AAPL"):
            lake_gaps(lake, ["IBM", "AAPL"])
