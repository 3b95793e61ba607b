"""A point of a calendar in words or figures: a year, a quarter, a month or a day, as its first and last day."""

from __future__ import annotations

import calendar
import re
from datetime import date

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
YEAR = r"(?:19|20)[0-9]{2}"
_QUARTERS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 4}
_QUARTER = f"(?:{'|'.join(_QUARTERS)})"
CENTURY = 100
TURN = 30  # "the 20s" are of this century, "the 30s" of the last
DAY = r"[0-3]?[0-9](?:st|nd|rd|th)?"
POINT = (
    rf"(?:{YEAR}-[01][0-9](?:-[0-3][0-9])?|{YEAR}/[01][0-9]/[0-3][0-9]|[0-3]?[0-9]/[0-3]?[0-9]/{YEAR}"
    rf"|(?:{DAY} (?:of )?)?{MONTH},? (?:of )?{YEAR}|{MONTH} {DAY},? {YEAR}|Q[1-4],? (?:of )?{YEAR}"
    rf"|(?:the )?{_QUARTER} quarter,? (?:of )?{YEAR}"
    rf"|(?:the )?(?:start|beginning|end|middle|first half|second half) of {YEAR}|H[12] {YEAR}"
    rf"|(?:the )?(?:start|beginning|end) of {MONTH},? (?:of )?{YEAR}"
    rf"|(?:early|late|mid)[ -]{YEAR}|(?:[FC]Y ?)?{YEAR})(?![0-9])"
)
_EDGE = re.compile(rf"(?P<side>start|beginning|end) of (?P<month>{MONTH}.*)")


def in_full(year: int) -> int:
    """Return a year or decade of two digits with its century."""
    return year if year >= CENTURY else year + CENTURY * (20 if year < TURN else 19)


def read_point(text: str) -> tuple[date, date] | None:
    """Return the first and last day of a year, month, quarter or day in words or figures; None if there is none."""
    text = text.lower().removeprefix("the ")
    year_match = re.search(YEAR, text)
    if year_match is None:
        return None
    year = int(year_match[0])
    if named := re.fullmatch(r"(start|beginning|early|middle|mid|end|late)(?: of|[ -]).*", text):
        edge = _EDGE.fullmatch(text)
        return _edge_of_month(edge["side"], edge["month"], year) if edge else _part_of_year(named[1], year)
    if half := re.match(r"h([12]) |(first|second) half of ", text):
        first = half[1] == "1" or half[2] == "first"
        return (date(year, 1, 1), date(year, 6, 30)) if first else (date(year, 7, 1), date(year, 12, 31))
    if quarter := re.match(rf"q([1-4])|({_QUARTER}) quarter", text):
        month = 3 * (int(quarter[1]) if quarter[1] else _QUARTERS[quarter[2]])
        return date(year, month - 2, 1), date(year, month, calendar.monthrange(year, month)[1])
    try:
        return _calendar_point(text, year)
    except ValueError:  # the 31st of February
        return None


def _edge_of_month(side: str, month: str, year: int) -> tuple[date, date]:
    """Return the first or last day of "March 2010"."""
    first, last = _calendar_point(month, year)
    return (last, last) if side == "end" else (first, first)


def _part_of_year(part: str, year: int) -> tuple[date, date]:
    month = {"mid": 7, "middle": 7, "late": 10, "end": 12}.get(part, 1)
    first = date(year, 12, 31) if part == "end" else date(year, month, 1)
    return first, first if part != "late" else date(year, 12, 31)


def _calendar_point(text: str, year: int) -> tuple[date, date]:
    """Return the first and last day of a year, month or day. Raises ValueError for a day that does not exist."""
    month, day = _month_and_day(text)
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


def _month_and_day(text: str) -> tuple[int | None, int | None]:
    rest = re.sub(YEAR, "", text, count=1)
    named = re.search(MONTH, rest)
    if named is not None:
        day = re.search(r"[0-9]{1,2}", rest)
        return _MONTHS[named[0].rstrip(".")], int(day[0]) if day else None
    parts = [int(part) for part in re.findall(r"[0-9]+", rest)]
    if not parts:
        return None, None
    if len(parts) == 1:
        return parts[0], None
    year_first = re.match(YEAR, text) is not None
    if year_first or parts[0] <= max(_MONTHS.values()):
        return parts[0], parts[1]  # 2010-06-30, 06/30/2010
    return parts[1], parts[0]  # 30/06/2010: a part above twelve is the day
