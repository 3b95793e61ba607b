"""Periods of time in a request: `since 2005`, `from June 2003 to 2008`, `the last five years`.

A year or month stands for all of its days: a start is its first day, an end its last. Relative periods count back
from today, which the caller gives.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

from copilot.planner.mention import Mention
from copilot.planner.numbers import SMALL, read_small
from copilot.planner.points import DAY, MONTH, POINT, YEAR, in_full, read_point

Period = tuple[date | None, date | None]

_NOW = r"(?:today|now|the present(?: day)?|present|yesterday)"
_DECADE = r"(?:the )?(?P<decade>(?:19|20)[0-9]0|[0-9]0)'?s\b"
_UNIT_DAYS = {"day": 1, "week": 7}
_TO = r"(?:-|\u2013|to|and|until|'?till?|(?:right )?through(?: to)?|thru|up (?:to|until|till?)(?: and including)?)"

_BETWEEN = re.compile(
    rf"\b(?:(?:from|between|for|over|during|in|starting(?: in| from)?) )?(?:the )?(?:year )?(?P<first>{POINT})"
    rf"\s?{_TO}\s?(?:the end of |(?:the )?year )?(?P<last>{POINT}|{_NOW}\b)",
    re.IGNORECASE,
)
_DAYS_OF = re.compile(
    rf"\b(?:from |between |of )?(?:the )?(?P<one>{DAY})(?: ?{_TO} ?)(?:the )?"
    rf"(?P<two>{DAY})(?: of)? (?P<month>{MONTH},? {YEAR})",
    re.IGNORECASE,
)
_OF_ONE_YEAR = re.compile(  # "1 March to 30 June 2026": the year is said once
    rf"\b(?:from |between )?(?:the )?(?P<one>(?:{DAY} (?:of )?)?{MONTH}(?: {DAY})?)"
    rf"\s?{_TO}\s?(?:the )?(?P<two>(?:(?:start|beginning"
    rf"|end) of )?(?:{DAY} (?:of )?)?{MONTH}(?: {DAY})?,? (?:of )?(?P<year>{YEAR}))(?![0-9])",
    re.IGNORECASE,
)
_SINCE = re.compile(
    rf"\b(?:since|from|as of|start(?:ing)? date (?:should (?:have been|be)|is|was|has to be|must be)"
    rf"|(?:start|begin)(?:n?ing|s)?(?: date| it| them| that| the (?:data|sample|history"
    rf"|test))?:?(?:(?: rather| instead)? (?:in|from|at|on|with))?|start=|going back to|back to|"
    r"(?:move|shift|change|set|put|push|bring|pull) (?:the |its )?(?:start(?:ing)?(?: date)?"
    r"|beginning)(?: back| forward)? to|"
    rf"(?P<after>after|later than|post))\s?(?:the )?(?:year )?(?P<first>{POINT})(?: on(?:wards?)?)?",
    re.IGNORECASE,
)
_ONWARD = re.compile(rf"\b(?P<first>{POINT}) (?:onwards?|and (?:later|after)|on(?=\W*$|[,.;]))\b", re.IGNORECASE)
_UNTIL = re.compile(
    rf"\b(?:until|till?|up to(?: and including)?|up until|through|thru|to"
    rf"|end(?:ing)? date (?:should (?:have been|be)|is|was|has to be|must be)|(?:end|stop|finish|cut)(?:p?ing"
    rf"|s)?(?: (?:it|them|that|there"
    rf"|date|off|short))*(?: (?:in|at|on|by|with)| (?=(?:the )?end))|ending|end date|end=|by"
    rf"|no later than|(?:nothing|none|not) (?:after|later than|past)|(?P<before>before|prior to|pre))"
    rf"\s?(?:the )?(?:end of )?(?P<last>{POINT})",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    rf"\b(?:(?:in|during|for|over|throughout|within|of)(?: all of| the year| the whole of)? )?(?P<point>{POINT})",
    re.IGNORECASE,
)
_NO_YEAR = re.compile(  # "since 1 September": the latest one
    rf"\b(?:since|from|starting|beginning|as of)(?: in| on| from)?(?: the)?"
    rf" (?P<point>(?:{DAY} (?:of )?)?{MONTH}(?: {DAY})?)(?!\w|,? ?(?:of )?{YEAR}| ?[0-9])",
    re.IGNORECASE,
)
_DECADES = re.compile(rf"\b(?:in |during |for |over |from )?{_DECADE}", re.IGNORECASE)
_LAST = re.compile(
    rf"\b(?<!skipping )(?<!skipping the )(?<!excluding the )(?<!without the )(?<!skip the )"
    rf"(?:(?:in|over|during|for|from) )?(?:the |these )?(?:last|past|previous|most recent) (?P<n>{SMALL} "
    rf"|few |decade|)(?P<unit>day|week|month|year|decade|)s?\b(?! (?:of|experiment|run|one|report|backtest))",
    re.IGNORECASE,
)
_AGO = re.compile(rf"\b(?:since|from) (?P<n>{SMALL}) (?P<unit>week|month|year)s? (?:ago|back)\b", re.IGNORECASE)
_MOMENT = re.compile(
    rf"\b(?P<n>{SMALL}) (?P<unit>day|week|month|year)s? (?:ago|earlier|before today)\b", re.IGNORECASE
)
_YESTERDAY = re.compile(r"\b(?:(?P<open>since )|from )?yesterday\b(?:'s)?(?P<on> on(?:wards?)?\b)?", re.IGNORECASE)
_BACK = re.compile(
    rf"\b(?:with )?(?P<n>{SMALL}) (?P<unit>week|month|year)s?(?:'|s)?(?: worth)? (?:of "
    rf"|back\b)(?:(?:daily )?(?:price )?(?:history|data|bars|prices|quotes))?",
    re.IGNORECASE,
)
_GOING_BACK = re.compile(
    rf"\b(?:going|goes|go|reaching|stretching) back (?P<n>{SMALL}) (?P<unit>week|month|year)s?\b(?: from today)?",
    re.IGNORECASE,
)
_THAT_YEAR = re.compile(rf"\b(?P<before>{MONTH}(?: {DAY})?,? (?:of )?)(?P<which>this|last) year\b", re.IGNORECASE)
_THIS = re.compile(r"\b(?:(?:for|in|during) )?(?:this year|year to date|ytd)\b", re.IGNORECASE)


def find_periods(text: str, today: date) -> Iterator[Mention]:
    """Yield the periods in `text` as (start, end); an open side is None."""
    text = _THAT_YEAR.sub(lambda match: _year_said(match, today), text)
    yield from _closed(text)
    yield from _open(text, today)
    yield from _relative(text, today)
    yield from _whole(text)


def _closed(text: str) -> Iterator[Mention]:
    """Yield the periods with a start and an end."""
    for match in _BETWEEN.finditer(text):
        first, last = read_point(match["first"]), read_point(match["last"])
        yield Mention(
            "period", match.start(), match.end(), (first[0] if first else None, last[1] if last else None)
        )
    for match in _DAYS_OF.finditer(text):
        ends = read_point(f"{match['one']} {match['month']}"), read_point(f"{match['two']} {match['month']}")
        if ends[0] and ends[1]:
            yield Mention("period", match.start(), match.end(), (ends[0][0], ends[1][1]))
    for match in _OF_ONE_YEAR.finditer(text):
        ends = read_point(f"{match['one']} {match['year']}"), read_point(match["two"])
        if ends[0] and ends[1] and ends[0][0] <= ends[1][1]:
            yield Mention("period", match.start(), match.end(), (ends[0][0], ends[1][1]))


def _open(text: str, today: date) -> Iterator[Mention]:
    """Yield the periods with a start or an end."""
    for pattern in (_SINCE, _ONWARD):
        for match in pattern.finditer(text):
            if point := read_point(match["first"]):
                after = match.groupdict().get("after")
                start = point[1] + timedelta(days=1) if after else point[0]
                yield Mention("period", match.start(), match.end(), (start, None))
    for match in _UNTIL.finditer(text):
        if point := read_point(match["last"]):
            end = point[0] - timedelta(days=1) if match["before"] else point[1]
            yield Mention("period", match.start(), match.end(), (None, end))
    for match in _NO_YEAR.finditer(text):
        points = (read_point(f"{match['point']} {year}") for year in (today.year, today.year - 1))
        if past := next((point[0] for point in points if point and point[0] <= today), None):
            yield Mention("period", match.start(), match.end(), (past, None))


def _year_said(match: re.Match[str], today: date) -> str:
    """Return "May this year" with the year in figures, as many characters long: places in the text stay."""
    year = today.year - (match["which"].lower() == "last")
    return f"{match['before']}{year}".ljust(len(match[0]))


def _whole(text: str) -> Iterator[Mention]:
    for match in _WITHIN.finditer(text):
        if (point := read_point(match["point"])) and not _is_amount(text, match):
            of_it = match[0].lower().startswith("of")
            end_alone = re.match(r"(?:the )?end of", match["point"], re.IGNORECASE) and not of_it
            yield Mention("period", match.start(), match.end(), (None, point[1]) if end_alone else point)
    for match in _DECADES.finditer(text):
        first = in_full(int(match["decade"]))
        yield Mention("period", match.start(), match.end(), (date(first, 1, 1), date(first + 9, 12, 31)))


def _is_amount(text: str, match: re.Match[str]) -> bool:
    """Tell whether a bare year is more likely money: `$2000`, `2000 dollars`."""
    after = text[match.end() : match.end() + 9].lower().lstrip()
    return text[: match.start("point")].endswith(("$", "€", "£")) or after.startswith(
        ("dollar", "usd", "bucks", "eur")
    )


def _relative(text: str, today: date) -> Iterator[Mention]:
    for pattern in (_LAST, _AGO, _BACK, _GOING_BACK):
        for match in pattern.finditer(text):
            unit = (match["unit"] or match["n"]).lower().strip()
            if unit not in ("day", "week", "month", "year", "decade"):
                continue
            said = match["n"].strip().lower()
            many = 3 if said == "few" else 1 if said in ("", "decade") else read_small(said)
            yield Mention("period", match.start(), match.end(), (shifted(today, many, unit), None))
    for match in _MOMENT.finditer(text):
        day = shifted(today, read_small(match["n"]), match["unit"].lower())
        yield Mention("period", match.start(), match.end(), (day, day))
    for match in _YESTERDAY.finditer(text):
        day = today - timedelta(days=1)
        yield Mention("period", match.start(), match.end(), (day, None if match["open"] or match["on"] else day))
    for match in re.finditer(r"\btoday's\b", text, re.IGNORECASE):
        yield Mention("period", match.start(), match.end(), (today, None))
    for match in _THIS.finditer(text):
        yield Mention("period", match.start(), match.end(), (date(today.year, 1, 1), None))


def shifted(today: date, many: int, unit: str) -> date:
    """Return the day so many days, weeks, months or years before `today`; after it, where `many` is negative."""
    if unit in _UNIT_DAYS:
        return today - timedelta(days=many * _UNIT_DAYS[unit])
    months = many * {"month": 1, "year": 12, "decade": 120}[unit]
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    year = max(year, 1)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
