"""Undoing the split adjustment, and cutting ranges into windows: properties."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.ingest.yahoo.pace import Undelivered, retry_after_s
from tools.ingest.yahoo.prices import factors, raw_dividends, raw_prices, raw_volumes, unapplied
from tools.ingest.yahoo.windows import KEPT, intraday_windows

RATIOS = st.sampled_from([2.0, 3.0, 4.0, 7.0, 10.0, 20.0, 1.5, 1.25, 0.1, 0.125, 1 / 15, 28.0])
CENTS = st.integers(1, 5_000_000).map(lambda cents: cents / 100)


@given(CENTS, RATIOS)
def test_prices_in_cents_come_back_exactly(price: float, ratio: float):
    sent = np.array([float(np.float32(price / ratio)), float(np.float32(price))])
    back = raw_prices(sent, np.array([ratio, 1.0]))
    assert back.tolist() == [price, price]


@given(st.lists(st.floats(1e-4, 1e9), max_size=20))
def test_without_a_split_double_precision_is_left_alone(values: list[float]):
    sent = np.array([value for value in values if float(np.float32(value)) != value])
    assert raw_prices(sent, np.ones(len(sent))).tolist() == sent.tolist()


@pytest.mark.parametrize("ratio", [2.0, 3.0, 7.0, 1.5, 28.0, 1 / 15])
def test_every_cent_comes_back_exactly(ratio: float):
    price = np.arange(1, 200_001) / 100
    sent = (price / ratio).astype(np.float32).astype(np.float64)
    assert (raw_prices(sent, np.full(len(sent), ratio)) == price).all()


@given(st.lists(st.floats(2**-60, 2**60, width=32), max_size=20))
def test_single_precision_loses_nothing(values: list[float]):
    back = raw_prices(np.array(values), np.ones(len(values)))
    assert back.astype(np.float32).tolist() == values
    assert all(len(repr(new)) <= len(repr(old)) for new, old in zip(back.tolist(), values, strict=True))


def test_holes_zeros_and_negative_prices():
    sent = np.array([np.nan, 0.0, -37.630001068115234, 4e38])
    back = raw_prices(sent, np.ones(4))
    assert np.isnan(back[0])
    assert back[1:].tolist() == [0.0, -37.63, 4e38]


@given(st.integers(0, 10**9), st.sampled_from([2, 3, 4, 7, 10]))
def test_volumes_come_back(volume: int, ratio: int):
    assert raw_volumes(np.array([float(volume * ratio)]), np.array([float(ratio)])).tolist() == [volume]


def test_the_dividend_of_august_2012_of_apple():
    assert raw_dividends(np.array([0.094643]), np.array([28.0])).tolist() == [2.65]
    assert raw_dividends(np.array([0.25, 2.2]), np.array([1.0, 0.1])).tolist() == [0.25, 0.22]


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from([2, 3, 5])), max_size=5, unique_by=lambda s: s[0]))
def test_factors_are_products_of_later_ratios(splits: list[tuple[int, int]]):
    days = np.datetime64("2024-01-01") + np.arange(61)
    ex_dates = np.array([days[at] for at, _ in splits], dtype="datetime64[D]")
    found = factors(days, ex_dates, np.array([float(ratio) for _, ratio in splits]))
    for at, factor in enumerate(found):
        expected = Fraction(1)
        for when, ratio in splits:
            expected *= ratio if when > at else 1
        assert factor == expected


def test_a_jump_near_the_ratio_is_suspicious():
    days = np.datetime64("2024-01-01") + np.arange(4)
    at, ratio = np.array(["2024-01-03"], dtype="datetime64[D]"), np.array([4.0])
    assert unapplied(days, np.array([400.0, 404.0, 101.0, 102.0]), at, ratio) == [(date(2024, 1, 3), 4.0)]
    assert unapplied(days, np.array([100.0, 101.0, 70.0, 71.0]), at, ratio) == []
    assert unapplied(days, np.array([100.0, np.nan, 101.0, 71.0]), at, np.array([1.05])) == []
    assert unapplied(days[2:], np.array([100.0, 101.0]), at, ratio) == []


@given(
    st.sampled_from(["1h", "1m"]),
    st.none() | st.integers(-900, 40),
    st.none() | st.integers(-900, 40),
)
def test_windows_cover_the_range_that_is_kept(interval: str, first: int | None, last: int | None):
    today = date(2025, 3, 28)
    start, end = (None if days is None else today + timedelta(days=days) for days in (first, last))
    kept = KEPT[interval]
    oldest = today - timedelta(days=kept.days - 1)
    wanted = [
        day
        for day in (oldest + timedelta(days=n) for n in range(kept.days))
        if (start is None or day >= start) and (end is None or day <= end)
    ]
    if not wanted:
        with pytest.raises(Undelivered, match="there is nothing"):
            intraday_windows(interval, start, end, today)
        return
    windows, note = intraday_windows(interval, start, end, today)
    covered = [w.first + timedelta(days=n) for w in windows for n in range((w.stop - w.first).days)]
    assert covered == wanted
    assert all((w.stop - w.first).days <= kept.days_a_request for w in windows)
    assert bool(note) == (start is not None and start < oldest)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("5", 5.0), ("soon", None), ("Wed, 01 Jan 2020 00:00:00 GMT", 0.0), ("-3", None)],
)
def test_retry_after(header: str | None, seconds: float | None):
    assert retry_after_s(header) == seconds
