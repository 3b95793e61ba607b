"""Bad rows are left out with a reason; good ones are never touched."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.ingest.clean import clean_actions, clean_bars, clean_others


def rows(**changes: object) -> pd.DataFrame:
    good = {
        "symbol": "A", "interval": "1d", "ts": pd.Timestamp("2020-01-02"), "open": 10.0, "high": 11.0, "low": 9.0,
        "close": 10.5, "volume": 100.0, "source": "x",
    }  # fmt: skip
    return pd.DataFrame([good, {**good, "ts": pd.Timestamp("2020-01-03"), **changes}])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"close": np.nan}, "a price is missing"),
        ({"open": np.inf}, "a price is missing"),
        ({"low": 0.0}, "a price is not positive"),
        ({"low": -1.0}, "a price is not positive"),
        ({"high": 9.5}, "the high is below another price"),
        ({"low": 10.6}, "the low is above another price"),
        ({"volume": -1.0}, "the volume is missing or negative"),
        ({"volume": np.nan}, "the volume is missing or negative"),
        ({"open": np.nan, "high": np.nan, "low": np.nan}, "a price is missing"),
        ({"open": np.nan, "high": np.nan, "low": np.nan, "close": np.nan, "volume": np.nan}, "a price is missing"),
        (
            {"open": np.nan, "high": np.nan, "low": np.nan, "close": 0.0, "volume": np.nan},
            "a price is not positive",
        ),
        ({"ts": pd.NaT}, "no symbol or time"),
        ({"ts": pd.Timestamp("2020-01-02")}, "duplicate"),
    ],
)
def test_one_bad_row(changes, reason):
    cleaned = clean_bars(rows(**changes))
    assert cleaned.rejected == {("A", reason): 1}
    assert len(cleaned.rows) == 1
    assert cleaned.warnings("row") == (f"A: 1 row left out: {reason}.",)


def test_a_close_alone_is_a_bar_and_so_is_one_without_volume_of_trade():
    closes = rows(open=np.nan, high=np.nan, low=np.nan, volume=np.nan)
    assert clean_bars(closes).rejected == {}
    assert clean_bars(rows(volume=0.0)).rejected == {}


def test_quarantine_holds_the_whole_row_once():
    bad = pd.concat([rows(close=np.nan, volume=np.inf).tail(1)] * 2)
    (kept,) = clean_bars(bad).quarantine("bars").to_dict("records")
    assert kept.pop("ts") == pd.Timestamp("2020-01-03")
    assert json.loads(str(kept.pop("row_json"))) == {
        "symbol": "A", "interval": "1d", "ts": "2020-01-03T00:00:00", "open": 10.0, "high": 11.0, "low": 9.0,
        "close": None, "volume": "inf", "source": "x",
    }  # fmt: skip
    assert kept == {
        "symbol": "A", "table_name": "bars", "interval": "1d", "reason": "a price is missing", "source": "x",
    }  # fmt: skip


def test_news_and_figures():
    news = pd.DataFrame(
        {
            "symbol": "A", "ts": [pd.Timestamp("2020-01-01"), pd.NaT, pd.Timestamp("2020-01-01")],
            "id": ["1", "2", "3"], "title": ["up", "down", " "], "publisher": "p", "url": "u", "summary": None,
            "source": "x",
        }
    )  # fmt: skip
    assert clean_others("news", news).rejected == {("A", "no time"): 1, ("A", "no title"): 1}
    figures = pd.DataFrame(
        {
            "symbol": "A", "ts": pd.Timestamp("2020-01-01"), "period": "annual", "metric": ["a", "b", "a"],
            "value": [1.0, np.nan, 2.0], "currency": None, "source": "x",
        }
    )  # fmt: skip
    assert clean_others("fundamentals", figures).rejected == {
        ("A", "duplicate"): 1,
        ("A", "the value is missing"): 1,
    }


def test_a_row_without_a_symbol_is_counted():
    assert clean_bars(rows(symbol=None)).rejected == {("?", "no symbol or time"): 1}


def test_missing_column_and_wrong_type():
    with pytest.raises(ValueError, match="missing columns: volume"):
        clean_bars(rows().drop(columns="volume"))
    with pytest.raises(ValueError, match="column close"):
        clean_bars(rows(close="ten"))
    with pytest.raises(ValueError, match="column ts"):
        clean_bars(rows().assign(ts=pd.to_datetime(["2020-01-02", "2020-01-03"], utc=True)))


def test_actions():
    actions = pd.DataFrame(
        {
            "symbol": "A",
            "ts": pd.date_range("2020-01-01", periods=4),
            "kind": ["split", "spin-off", "dividend", "split"],
            "value": [2.0, 1.0, np.nan, 0.0],
            "source": "x",
        }
    )
    cleaned = clean_actions(actions)
    assert len(cleaned.rows) == 1
    assert cleaned.rejected == {("A", "the kind is unknown"): 1, ("A", "the value is not positive"): 2}


def _content(row: dict[str, object]) -> tuple[str, ...]:
    """Return the values of a row in one form, from a frame or from the JSON of the quarantine."""
    values = (row[name] for name in ("ts", "open", "high", "low", "close", "volume"))
    return tuple("nan" if value is None else str(value).replace("T", " ") for value in values)


prices = st.one_of(st.floats(-2, 20), st.just(np.nan), st.just(np.inf))


@settings(max_examples=100, deadline=None)
@given(table=st.lists(st.tuples(st.integers(0, 5), prices, prices, prices, prices), max_size=12))
def test_no_row_is_lost_or_let_through(table):
    frame = pd.DataFrame(table, columns=["ts", "open", "high", "low", "close"])
    frame["ts"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(frame["ts"], unit="D")
    frame = frame.assign(symbol="A", interval="1d", volume=1.0, source="x")
    frame["close"] = frame["close"].where(frame["ts"] != frame["ts"].max(), frame["close"].abs())
    cleaned = clean_bars(frame)
    held = {_content(row) for row in cleaned.rows.to_dict("records")}
    kept = {_content(json.loads(text)) for text in cleaned.quarantine("bars")["row_json"]}
    assert {_content(row) for row in frame.to_dict("records")} == held | kept
    assert len(cleaned.rows) + sum(cleaned.rejected.values()) == len(frame)
    assert not cleaned.rows.duplicated("ts").any()
    good = cleaned.rows[["open", "high", "low", "close"]]
    assert np.isfinite(good.to_numpy()).all()
    assert (good > 0).all(axis=None)
    assert (good["high"] >= good.max(axis=1) * (1 - 1e-8)).all()
    assert clean_bars(cleaned.rows).rejected == {}
