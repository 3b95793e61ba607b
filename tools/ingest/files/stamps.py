"""Dates and times as people write them, to a wall clock and, where the text has one, an offset from UTC.

The form is decided once for the whole column: 25/01/2020 anywhere proves that the day comes first. Where nothing
proves it (01/02/2020 and the like only) that is a question to the user, never a guess. Points (01.02.2020) mean day
first. Runs of 10, 13, 16 or 19 digits are seconds, milli-, micro- or nanoseconds since 1970 in UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from tools.kernel.errors import BadRequest

TIME = (
    r"(?:[T ,]\s*(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2}(?:\.\d{1,9})?))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)
FORMS = (
    r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<then>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})",
    r"(?P<day>\d{1,2})[- ](?P<name>[A-Za-z]{3,9})\.?,?[- ](?P<year>\d{4}|\d{2})",
    r"(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})",
)
EPOCH = r"(?P<epoch>\d{10}|\d{13}|\d{16}|\d{19})(?:\.0)?"
ANY_DAY, SHORTEST_DATE = "2000-01-01", 8
MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6}
MONTHS |= {"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}
READABLE = 0.5
"""Share of the cells that have to be dates for the column to be one."""
NOON, CENTURY, PIVOT, MONTHS_A_YEAR = 12, 100, 70, 12
DATE_ASKED = "Write the dates as YYYY-MM-DD."


@dataclass(frozen=True, slots=True)
class Stamps:
    """`wall`: the clock as written, NaT where unreadable; `offset`: its lead on UTC, or None where naive."""

    wall: pd.Series
    offset: pd.Series | None

    @property
    def utc(self) -> pd.Series:
        """The wall clock less its offset; the wall clock itself where there is none."""
        return self.wall if self.offset is None else self.wall - self.offset


def parse_stamps(cells: pd.Series, name: str) -> Stamps:
    """Read a column of text, dates, datetimes or epochs. Raises BadRequest where it is not dates, or ambiguous."""
    if isinstance(cells.dtype, pd.DatetimeTZDtype):
        wall = cells.dt.tz_localize(None).astype("datetime64[us]")
        return Stamps(wall, wall - cells.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]"))
    if pd.api.types.is_datetime64_any_dtype(cells):
        return Stamps(cells.astype("datetime64[us]"), None)
    text = cells.dropna().astype("str").str.strip()
    text = text[text != ""]
    parsed = _parse_split(text, name) or _parse_distinct(text, name)
    if parsed.wall.isna().mean() > READABLE or text.empty:
        raise BadRequest(f"{name} has a date column that does not hold dates.", hint=DATE_ASKED)
    offset = None if parsed.offset is None else parsed.offset.reindex(cells.index)
    return Stamps(parsed.wall.reindex(cells.index), offset)


def _parse_split(text: pd.Series, name: str) -> Stamps | None:
    """Read stamps whose dates are equally long: few distinct dates and few distinct times make many stamps."""
    ends = text.str.find(" ").where(lambda at: at >= 0, text.str.find("T"))
    if text.empty or ends.iloc[0] < SHORTEST_DATE or not (ends == ends.iloc[0]).all():
        return None
    days = _parse_distinct(text.str[: ends.iloc[0]], name)
    times = _parse_distinct(ANY_DAY + text.str[ends.iloc[0] :], name)
    return Stamps(days.wall + (times.wall - pd.Timestamp(ANY_DAY)), times.offset)


def _parse_distinct(text: pd.Series, name: str) -> Stamps:
    codes, seen = pd.factorize(text)
    parsed = _parse_text(pd.Series(seen, dtype="str"), name)
    wall = parsed.wall.take(codes).set_axis(text.index)
    return Stamps(wall, None if parsed.offset is None else parsed.offset.take(codes).set_axis(text.index))


def _parse_text(text: pd.Series, name: str) -> Stamps:
    epochs = text.str.extract(f"^{EPOCH}$")["epoch"]
    if epochs.notna().mean() > READABLE:
        return _epochs(epochs)
    tables = [text.str.extract(f"^{form}{TIME}$") for form in FORMS]
    best = max(tables, key=lambda table: int(table["year"].notna().sum()))
    days = _days(best, name)
    zone = best["zone"].where(days.notna())
    aware = zone.notna()
    if aware.any() and not aware[days.notna()].all():
        raise BadRequest(f"{name} has times with and without an offset from UTC.", hint="Write all of them alike.")
    return Stamps((days + _clock(best)).astype("datetime64[us]"), _offset(zone) if aware.any() else None)


def _epochs(epochs: pd.Series) -> Stamps:
    """Return digits as UTC; the number of digits tells the unit."""
    scale = epochs.str.len().map({10: 1e6, 13: 1e3, 16: 1.0, 19: 1e-3})
    micros = (pd.to_numeric(epochs, errors="coerce").astype("float64") * scale).round()
    wall = pd.to_datetime(micros, unit="us", errors="coerce").astype("datetime64[us]")
    return Stamps(wall, pd.Series(pd.Timedelta(0), index=wall.index))


def _days(parts: pd.DataFrame, name: str) -> pd.Series:
    """Return midnight of each date; NaT where it is no date (2020-02-30)."""
    if "name" in parts:
        month: pd.Series = parts["name"].str[:3].str.lower().map(MONTHS)
        day = parts["day"].astype("float64")
    elif "first" in parts:
        day, month = _ordered(parts, name)
    else:
        day, month = parts["day"].astype("float64"), parts["month"].astype("float64")
    year = parts["year"].astype("float64")
    short = year < CENTURY
    year = year.where(~short, year + CENTURY * 19 + CENTURY * (year < PIVOT))
    table = pd.DataFrame({"year": year, "month": month, "day": day})
    return pd.to_datetime(table, errors="coerce").astype("datetime64[us]")


def _ordered(parts: pd.DataFrame, name: str) -> tuple[pd.Series, pd.Series]:
    """Return day and month of 01/02/2020 by what the column proves. Raises BadRequest where it proves nothing."""
    first, then = parts["first"].astype("float64"), parts["then"].astype("float64")
    day_first, month_first = bool((first > MONTHS_A_YEAR).any()), bool((then > MONTHS_A_YEAR).any())
    if day_first and month_first:
        raise BadRequest(f"{name} has dates with the day first and others with the month first.", hint=DATE_ASKED)
    if not day_first and not month_first and not (parts["mark"].dropna() == ".").all():
        same = (first == then)[first.notna()].all()
        if not same:
            raise BadRequest(f"{name} has dates whose day and month cannot be told apart.", hint=DATE_ASKED)
    return (then, first) if month_first else (first, then)


def _clock(parts: pd.DataFrame) -> pd.Series:
    """Return the time of day as a timedelta; zero where none is written."""
    hour = parts["hour"].astype("float64").fillna(0)
    half = parts["half"].str[:1].str.lower()
    hour = hour.where(half.isna(), hour % NOON + NOON * (half == "p"))
    seconds = (
        hour * 3600 + parts["minute"].astype("float64").fillna(0) * 60 + parts["second"].astype("float64").fillna(0)
    )
    return pd.to_timedelta((seconds * 1e6).round(), unit="us").astype("timedelta64[us]")


def _offset(zone: pd.Series) -> pd.Series:
    """Return +05:30, -0500, +01 and Z as timedeltas."""
    parts = zone.str.extract(r"^(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?$")
    minutes = parts["hours"].astype("float64").fillna(0) * 60 + parts["minutes"].astype("float64").fillna(0)
    minutes = minutes.where(parts["sign"] != "-", -minutes)
    return pd.to_timedelta(minutes, unit="min").astype("timedelta64[us]")


def looks_iso(cells: list[str]) -> bool:
    """Return whether every cell is YYYY-MM-DD [HH:MM[:SS]] without a zone: a fast parser reads those."""
    pattern = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")
    return bool(cells) and all(pattern.fullmatch(cell) for cell in cells)
