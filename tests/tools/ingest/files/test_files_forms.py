"""The many ways people write the same table are read as the same rows."""

from __future__ import annotations

import gzip
import io
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from files_fetch import CORPUS, fetch, fetch_bytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WANTED = [
    ["2020-01-30", 1234.5, 1240.25, 1230.0, 1239.75, 1500000.0],
    ["2020-01-31", 1239.75, 1241.5, 1228.0, 1228.5, 2100000.0],
    ["2020-02-03", 1228.5, 1233.0, 1227.25, 1230.5, 900000.0],
]
ENGLISH = "Date,Open,High,Low,Close,Volume\n"
PLAIN = ENGLISH + "".join(",".join(map(str, row)) + "\n" for row in WANTED)
GERMAN = (
    "Datum;Eröffnung;Hoch;Tief;Schlusskurs;Stück\n"
    "30.01.2020;1.234,50;1.240,25;1.230,00;1.239,75;1.500.000\n"
    "31.01.2020;1.239,75;1.241,50;1.228,00;1.228,50;2.100.000\n"
    "03.02.2020;1.228,50;1.233,00;1.227,25;1.230,50;900.000\n"
)
NASDAQ = (
    "Date,Close/Last,Volume,Open,High,Low\n"
    '01/30/2020,"$1,239.75","1,500,000","$1,234.50","$1,240.25","$1,230.00"\n'
    '01/31/2020,"$1,228.50","2,100,000","$1,239.75","$1,241.50","$1,228.00"\n'
    '02/03/2020,"$1,230.50","900,000","$1,228.50","$1,233.00","$1,227.25"\n'
)
INVESTING = (
    '"Date","Price","Open","High","Low","Vol.","Change %"\n'
    '"Jan 30, 2020","1,239.75","1,234.50","1,240.25","1,230.00","1.50M","0.1%"\n'
    '"Jan 31, 2020","1,228.50","1,239.75","1,241.50","1,228.00","2.10M","0.1%"\n'
    '"Feb 03, 2020","1,230.50","1,228.50","1,233.00","1,227.25","900.00K","0.1%"\n'
)
METATRADER = "<TICKER>\t<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<VOL>\n" + "".join(
    f"FOO\t{row[0].replace('-', '')}\t000000\t" + "\t".join(map(str, row[1:])) + "\n" for row in WANTED
)
FRENCH = "Date|Ouverture|+ Haut|+ Bas|Clôture|Volumes\n" + "".join(
    f"{row[0][8:]}-{row[0][5:7]}-{row[0][:4]}|" + "|".join(str(value).replace(".", ",") for value in row[1:]) + "\n"
    for row in WANTED
)
SPANISH = "Fecha;Apertura;Máximo;Mínimo;Cierre;Volumen\n" + "".join(
    f"{row[0]};" + ";".join(str(value).replace(".", ",") for value in row[1:]) + "\n" for row in WANTED
)
EPOCHS = "time,open,high,low,close,volume\n" + "".join(
    f"{int(pd.Timestamp(row[0]).timestamp())}," + ",".join(map(str, row[1:])) + "\n" for row in WANTED
)
OFFSETS = PLAIN.replace("-30,", "-30 00:00:00-05:00,").replace("-31,", "-31 00:00:00-05:00,")
OFFSETS = OFFSETS.replace("-03,", "-03 00:00:00-05:00,")
SWISS = PLAIN.replace("1234.5", "1'234.5").replace(",1500000.0", ",1'500'000")
FORMS = {
    "plain": PLAIN.encode(),
    "windows lines": PLAIN.replace("\n", "\r\n").encode(),
    "no last line end": PLAIN.rstrip().encode(),
    "utf-8 mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "utf-16": PLAIN.encode("utf-16"),
    "gzip": gzip.compress(PLAIN.encode(), mtime=0),
    "german cp1252": GERMAN.encode("cp1252"),
    "german utf-8": GERMAN.encode(),
    "excel": b"sep=;\r\n" + GERMAN.replace("\n", "\r\n").encode("cp1252"),
    "title above": b"Prices of FOO\nfrom the bank\n\n" + PLAIN.encode(),
    "nasdaq": NASDAQ.encode(),
    "investing": INVESTING.encode(),
    "metatrader": METATRADER.encode(),
    "french": FRENCH.encode(),
    "spanish": SPANISH.encode("cp1252"),
    "epochs": EPOCHS.encode(),
    "offsets": OFFSETS.encode(),
    "swiss": SWISS.encode(),
    "blank lines": PLAIN.replace("\n", "\n\n").encode(),
}


def rows(bars: pd.DataFrame) -> list[list[object]]:
    """Return the bars as lists, the time as a date."""
    plain = bars.assign(ts=bars["ts"].dt.strftime("%Y-%m-%d"))
    return plain[["ts", "open", "high", "low", "close", "volume"]].to_numpy().tolist()


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_rows(tmp_path: Path, form: str) -> None:
    got = fetch_bytes(tmp_path, FORMS[form])
    assert rows(got.bars) == WANTED
    assert set(got.bars["symbol"]) == {"FOO"}
    assert got.raw[0].body == FORMS[form]
    assert got.missing == {}


def test_the_guess_is_shown(tmp_path: Path) -> None:
    text = GERMAN.replace("Stück", "Adj Close")
    note, _ = fetch_bytes(tmp_path, text, name="dax.csv").notes
    assert note == (
        "dax.csv: Datum -> ts, Eröffnung -> open, Hoch -> high, Tief -> low, Schlusskurs -> close; "
        "not used: Adj Close; separated by semicolons, decimal comma."
    )


@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize("zone", [None, "America/New_York"])
def test_parquet(tmp_path: Path, index: bool, zone: str | None) -> None:
    frame = pd.read_csv(io.StringIO(PLAIN), parse_dates=["Date"])
    frame["Date"] = frame["Date"].dt.tz_localize(zone)
    path = tmp_path / "foo.parquet"
    (frame.set_index("Date") if index else frame).to_parquet(path)
    assert rows(fetch(path).bars) == WANTED
    unnamed = frame.set_index("Date").rename_axis(None)
    unnamed.to_parquet(path)
    assert rows(fetch(path).bars) == WANTED


def test_only_closes_leave_the_rest_missing(tmp_path: Path) -> None:
    bars = fetch_bytes(tmp_path, "Date,Close\n2020-01-02,1.5\n2020-01-03,\n").bars
    assert bars["open"].isna().all()
    assert bars["close"].isna().tolist() == [False, True]


def test_a_bar_is_whole_or_a_close_alone(tmp_path: Path) -> None:
    """So says the lake; what is changed for it is told."""
    without_volume = "".join(line.rpartition(",")[0] + "\n" for line in PLAIN.splitlines())
    whole = fetch_bytes(tmp_path, without_volume)
    assert whole.bars["volume"].eq(0).all()
    assert "the volume is 0" in whole.notes[1]
    closes = fetch_bytes(tmp_path, "Date,Close,Volume\n2020-01-02,1.5,7\n2020-01-03,2.5,8\n")
    assert closes.bars[["open", "high", "low", "volume"]].isna().all(axis=None)
    assert "not used: volume" in closes.notes[1]


def test_one_file_with_many_symbols() -> None:
    got = fetch(CORPUS / "two_symbols.csv", "SPX", "TSLA", "MSFT")
    assert got.bars["symbol"].value_counts().to_dict() == {"TSLA": 7, "SPX": 5}
    assert got.missing["MSFT"].detail == "two_symbols.csv has TSLA, SPX"


def test_one_file_a_symbol(tmp_path: Path) -> None:
    for name in ("AAPL.csv", "gspc_1d.csv", "other.csv"):
        (tmp_path / name).write_text(PLAIN)
    got = fetch(tmp_path / "*.csv", "AAPL", "^GSPC", "IBM")
    assert got.bars["symbol"].value_counts().to_dict() == {"AAPL": 3, "^GSPC": 3}
    assert "other" in got.missing["IBM"].detail
    assert {raw.symbol for raw in got.raw} == {"AAPL", "gspc_1d"}


def test_home_and_range(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "prices.csv").write_text(PLAIN)
    got = fetch("~/prices.csv", start=date(2020, 1, 31), end=date(2020, 1, 31))
    assert len(got.bars) == 1
    outside = fetch("~/prices.csv", start=date(2021, 1, 1))
    assert outside.missing["FOO"].detail == "the file has 2020-01-30 to 2020-02-03"


DIALECTS = st.tuples(
    st.sampled_from([(";", ",", "."), (";", ",", ""), (",", ".", ""), ("\t", ".", ","), ("|", ",", "'")]),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d", "%d-%b-%Y", "%Y/%m/%d"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dialect=DIALECTS,
    cents=st.lists(st.integers(101, 10**9).filter(lambda value: value % 10), min_size=2, max_size=20),
)
def test_what_is_written_in_any_dialect_is_read_back(
    tmp_path: Path, dialect: tuple[tuple[str, str, str], str, str], cents: list[int]
) -> None:
    (separator, decimal, thousands), form, encoding = dialect

    def write(value: int) -> str:
        return f"{value // 100:,}".replace(",", thousands) + f"{decimal}{value % 100:02d}"

    days = [date(2020, 1, 1) + timedelta(days=at) for at in range(len(cents))]
    lines = [f"{day.strftime(form)}{separator}{write(value)}" for day, value in zip(days, cents, strict=True)]
    text = "\n".join([f"Date{separator}Close", *lines]) + "\n"
    bars = fetch_bytes(tmp_path, text.encode(encoding)).bars
    assert bars["close"].tolist() == [value / 100 for value in cents]
    assert bars["ts"].dt.date.tolist() == days
