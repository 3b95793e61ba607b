"""Lengths of time in words, as numbers of daily bars: `14-day`, `two-month` (42), `52-week` and `one year` (252).

The feature catalogue's own scale: a week has 5 bars, a month 21, a quarter 63, a year 252.
"""

from __future__ import annotations

from copilot.planner.numbers import SMALL, read_small
from tools.features.catalog import BARS_A_WEEK, BARS_IN, WEEKS_A_YEAR

_UNIT = r"(?:trading[ -])?(?:days?|bars?|periods?|sessions?|weeks?|months?|quarters?|years?|d(?![\w'])|yr)"
_ADVERBS = {
    "weekly": BARS_A_WEEK,
    "monthly": BARS_IN["month"],
    "quarterly": BARS_IN["quarter"],
    "yearly": BARS_IN["year"],
    "annual": BARS_IN["year"],
}
LENGTH = rf"(?:(?:[0-9]{{1,4}}[ -]?|(?:{SMALL}|half a|an)[ -]){_UNIT})"
BEFORE = rf"(?:{LENGTH}|weekly|monthly|quarterly|yearly|annual)"  # as it stands before a noun


def bars_of(length: str) -> int:
    """Return the bars of a length that `LENGTH` or `BEFORE` matched; at least 1."""
    words = length.lower().replace("-", " ").strip()
    if words in _ADVERBS:
        return _ADVERBS[words]
    unit = next((name for name in ("week", "month", "quarter", "year", "yr") if name in words), "day")
    digits = words[: words.find(unit)] if unit != "day" else words
    half = digits.startswith("half")
    count = 1 if half or digits.strip() == "an" else _count(digits)
    if unit == "week":
        years, weeks = divmod(count, WEEKS_A_YEAR)
        bars = years * BARS_IN["year"] + weeks * BARS_A_WEEK
    else:
        bars = count * BARS_IN.get("year" if unit == "yr" else unit, 1)
    return max(1, bars // 2 if half else bars)


def _count(text: str) -> int:
    """Return the number at the start of `text`, in figures or words."""
    words = text.replace("trading", " ").split()
    if words and words[0].rstrip("dbar").isdigit():
        return int(words[0].rstrip("dbar"))
    for size in range(len(words), 0, -1):
        if value := read_small(" ".join(words[:size])):
            return value
    return 1
