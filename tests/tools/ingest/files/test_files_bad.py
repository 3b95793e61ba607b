"""Bad files: what is no table is refused in one line, what is doubtful is asked, bad rows all come through."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pandas as pd
import pytest
from files_fetch import CORPUS, fetch, fetch_bytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.ingest.files import FilesSource
from tools.ingest.source import Request
from tools.kernel.errors import BadRequest
from tools.kernel.spec import silent

HEAD = "Date,Open,High,Low,Close,Volume\n"
ROW = "2020-01-02,1,2,0.5,1.5,10\n"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (gzip.compress(HEAD.encode() + ROW.encode(), mtime=0)[:-9], "damaged gzip"),
        (b"\x7fELF\0\0\0\1\2\3", "is binary"),
        (bytes(range(256)) * 4, "is binary"),
        (b"\x81\x8d\x8f\x90\x9d bad", "is not text"),
        (b"PK\x03\x04 whatever", "is a zip or Excel file"),
        (b"PAR1 but nothing more", "is a damaged Parquet file"),
        (b"once upon a time\nthere was a price\n", "is not a table"),
        (b"SECRET=abc\n", "is not a table"),
        (b"<html><body>Sign in, please; now</body></html>", "none is a date"),
        (b'{"a": 1, "b": 2}', "none is a date"),
        (HEAD.encode(), "has a header but no rows"),
        (ROW.encode(), "has no header row"),
        (b"Date,Name\n2020-01-02,x\n", "none is a closing price"),
        (b"Date,Adj Close\n2020-01-02,1\n", "an adjusted close but no close"),
        (b"Open,Close\n1,2\n", "none is a date"),
        (b"Date,Close\nfoo,1\nbar,2\n", "does not hold dates"),
        (b"Date,Close\n01/02/2020,1\n02/02/2020,2\n", "cannot be told apart"),
        (b"Date,Close\n13/02/2020,1\n02/14/2020,2\n", "day first and others with the month first"),
        (b"Date;Close\n2020-01-02;1,234\n2020-01-03;1,235\n", "may be 1234 or 1.234"),
        (b"Date;Close\n2020-01-02;1.234,5\n2020-01-03;1,235.5\n", "numbers in two ways"),
        (b'Date,Close\n2020-01-02,"1\n2020-01-03,2\n', "a quote is not closed"),
        (b'Date,Close,Name\n2020-01-02,1,"a\n2020-01-03,2,b\n2020-01-06,3,c"\n', "a quote is not closed"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(tmp_path: Path, body: bytes, message: str) -> None:
    with pytest.raises(BadRequest, match=message) as caught:
        fetch_bytes(tmp_path, body)
    assert "\n" not in caught.value.message + caught.value.hint
    assert caught.value.hint
    assert "SECRET" not in caught.value.message


def test_paths_that_are_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, message in (
        ("", "No file was named"),
        (tmp_path, "is a folder"),
        (tmp_path / "none.csv", "There is no file"),
        (tmp_path / "*.xyz", "No file matches"),
        (tmp_path / "pipe", "not a regular file"),
    ):
        with pytest.raises(BadRequest, match=message):
            fetch(path)
    with pytest.raises(BadRequest, match="not news"):
        fetch(CORPUS / "bad_rows.csv", kind="news")


@pytest.mark.parametrize(
    ("minutes", "asked", "message"),
    [
        (1, "1d", "1-minute bars, not daily"),
        (60, "1m", "hourly bars, not 1-minute"),
        (15, "1m", "15-minute bars, which are not supported"),
        (1440, "1h", "daily bars, not hourly"),
        (1440 * 7, "1d", "weekly bars, which are not supported"),
        (1440 * 30, "1d", "monthly bars, which are not supported"),
    ],
)
def test_another_interval_is_named(tmp_path: Path, minutes: int, asked: str, message: str) -> None:
    stamps = pd.date_range("2020-01-06", periods=30, freq=f"{minutes}min").strftime("%Y-%m-%d %H:%M")
    body = "Date,Close\n" + "".join(f"{at},1.5\n" for at in stamps)
    with pytest.raises(BadRequest, match=message):
        fetch_bytes(tmp_path, body, interval=asked, timezone="UTC")


def test_one_file_without_symbols_is_not_many(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no symbol column, and 2 symbols"):
        fetch_bytes(tmp_path, HEAD + ROW, "AAPL", "IBM")


def test_bad_rows_all_come_through_as_they_are() -> None:
    got = fetch(CORPUS / "bad_rows.csv").bars
    wrong = pd.read_csv(CORPUS / "bad_rows.csv")
    assert len(got) == len(wrong) == 39
    for column in ("open", "high", "low", "close", "volume"):
        assert got[column].equals(wrong[column].astype("float64")), column
    assert got["ts"].isna().sum() == 4
    assert (got["close"] <= 0).sum() == 5
    unsorted = fetch(CORPUS / "mismatch.csv").bars["ts"]
    assert not unsorted.is_monotonic_increasing
    assert fetch(CORPUS / "too_big.csv").bars["close"].max() > 1e13


def test_ragged_lines_and_unreadable_cells_are_counted(tmp_path: Path) -> None:
    body = HEAD + ROW + "2020-01-03,1,2\n2020-01-04,1,2,3,4,5,6,7\n2020-01-03,1,2,0.5,soon,10\n" + ROW
    got = fetch_bytes(tmp_path, body)
    assert len(got.bars) == 5
    assert got.bars["close"].isna().sum() == 3
    assert "2 lines with the wrong number of cells" in got.notes[1]
    assert "1 cell not readable as a number" in got.notes[2]


def test_a_row_without_a_symbol_is_not_lost(tmp_path: Path) -> None:
    got = fetch_bytes(tmp_path, "Symbol,Date,Close\nA,2020-01-02,1\n,2020-01-03,2\nB,2020-01-02,1\n", "A")
    assert got.bars["symbol"].isna().tolist() == [False, True]


def test_times_of_daily_bars_are_left_out_and_that_is_said() -> None:
    got = fetch(CORPUS / "zigzag.csv")
    assert (got.bars["ts"].dt.hour == 0).all()
    assert "times of day were left out" in got.notes[1]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=300), at=st.integers(0, 400), how=st.tuples(*[st.booleans()] * 3))
def test_no_damage_does_more_than_a_plain_refusal(
    tmp_path: Path, junk: bytes, at: int, how: tuple[bool, bool, bool]
) -> None:
    cut, gz, daily = how
    good = (CORPUS / ("mismatch.csv" if daily else "intraday.csv")).read_bytes()
    body = good[:at] + junk + (b"" if cut else good[at:])
    got, message = None, ""
    try:
        got = fetch_bytes(
            tmp_path, gzip.compress(body, mtime=0) if gz else body, interval="1d" if daily else "1m", timezone="UTC"
        )
    except BadRequest as error:
        message = error.message
    assert "\n" not in message
    assert message or (got is not None and (got.raw or got.bars.empty))


def test_the_data_of_the_workspace_is_no_source(tmp_path: Path) -> None:
    own = tmp_path / "w" / "data"
    (own / "raw").mkdir(parents=True)
    (own / "raw" / "AAPL.csv").write_text("date,close\n2020-01-02,10\n", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(own / "raw" / "AAPL.csv")
    source = FilesSource(own)
    for path in (own / "raw" / "AAPL.csv", own / "raw" / "*.csv", tmp_path / "link.csv", own / ".." / "data/raw/*"):
        with pytest.raises(BadRequest, match="workspace's own"):
            source.fetch(Request(("COPY",), path=str(path)), silent)
    (tmp_path / "mine.csv").write_text("date,close\n2020-01-02,10\n", encoding="utf-8")
    assert len(source.fetch(Request(("COPY",), path=str(tmp_path / "mine.csv")), silent).bars) == 1
