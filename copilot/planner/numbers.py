"""Numbers in words and figures: amounts of money, horizons in days, how many names to hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.planner.mention import Mention

UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
PLACES = {  # of a list
    "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1,
    "1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "5th": 4,
}  # fmt: skip
_SCALES = {
    "k": 1e3, "thousand": 1e3, "grand": 1e3, "m": 1e6, "mm": 1e6, "mn": 1e6, "mio": 1e6, "mil": 1e6, "million": 1e6,
    "millions": 1e6, "bn": 1e9, "b": 1e9, "billion": 1e9,
}  # fmt: skip
_PARTS = {"half": 0.5, "quarter": 0.25, "third": 1 / 3}
DAYS = {"day": 1, "session": 1, "d": 1, "w": 5, "week": 5, "fortnight": 10, "month": 21, "quarter": 63}

_FIGURE = r"(?:[0-9]{1,3}(?: [0-9]{3})+(?![0-9])|[0-9][0-9,']*(?:\.[0-9]+)?)"
_WORD = "|".join([*UNITS, *TENS])
WORDED = rf"(?:(?:{_WORD}|a|couple of|a couple of)(?:[ -](?:{_WORD}|hundred|and(?= (?:{_WORD})\b)))*)"
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_CURRENCY = r"(?:usd|us\$|dollars?|bucks|eur|euros?|gbp|pounds?|chf|\$|€|£)"
SMALL = rf"(?:[0-9]{{1,3}}|{WORDED})"

_MONEY = re.compile(
    rf"(?<![\w.])(?P<before>{_CURRENCY})?\s?(?:(?P<figure>{_FIGURE})\s?(?P<scale>(?:{_SCALE})\b)?"
    rf"|(?P<part>(?:a |one )?(?P<fraction>half|quarter|third)(?: of)?(?: a)?)\s(?P<partscale>(?:{_SCALE})\b)"
    rf"|(?P<words>{WORDED})[ -](?P<wordscale>hundred(?: (?:thousand|grand|million))?|{_SCALE})\b)"
    rf"(?:\s?(?P<after>{_CURRENCY})(?!\w))?",
    re.IGNORECASE,
)
# What a length in front of it belongs to, instead of being a horizon: "20d vol", "1d bars", "5d ago".
_OWN_LENGTH = (
    r"(?:momentum|mom|vol|rsi|[sed]?ma|atr|avg|average|moving|highs?|lows?|returns?|rets?|bars?|interval|charts?"
    r"|candles?"
    r"|data|prices?|reversal|skew|kurt|beta|corr|z-?score|macd|mean|std|look|window|line|drawdown|rank|history"
    r"|ago|back)"
)
_HORIZON = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"\b(?P<n>{SMALL})[ -]?(?:trading |business )?(?P<unit>day|session|week|month|quarter|d"
            rf"|w)s?[ -]?(?:'s?)?\s?"
            r"(?:(?:holding |forward |return |prediction )?(?:horizon|period)|ahead|forward|out\b(?! of)|later"
            r"|returns?|into the future|in advance|from now)"
        ),
        (
            rf"\bhorizon(?: of| to| is)? ?[=:]? ?(?P<n>{SMALL})(?:[ -]?(?:trading )?(?P<unit>day|session|week|month"
            rf"|quarter)s?)?"
        ),
        (
            rf"\b(?:over |in |for |within |during )?(?:the )?(?:next|coming|following|subsequent) (?P<n>{SMALL} )?"
            r"(?:trading )?(?P<unit>day|session|week|fortnight|month|quarter)(?:s'|'s|s)?\b"
        ),
        (
            r"\b(?:on an? |at an? |with an? |an? )?(?P<adverb>daily|weekly|fortnightly|monthly|quarterly)"
            r"(?= (?:horizon|returns?|holding|forecast|prediction|moves?"
            r"|period|momentum strategy|rebalanc)|[,.?!]|$)"
        ),
        (
            rf"\b(?:hold|holding|held|keep)\w* (?:\w+ )?(?:for )?(?P<n>{SMALL}) (?:trading )?(?P<unit>day|week"
            rf"|month)s?"
        ),
        rf"(?<![\w./*-])(?P<n>[0-9]{{1,3}}) ?(?P<unit>d|w)\b(?![-( ]*{_OWN_LENGTH})",
        rf"\bin (?P<n>{SMALL}) (?:trading )?(?P<unit>day|week|month)s?(?:' time)?\b(?![-( ]*{_OWN_LENGTH})",
        rf"(?:(?<=,)|(?<=;)) ?(?P<n>{SMALL}) (?:trading )?(?P<unit>day|week|month|quarter)s?(?=\s*(?:[,;.!?]|$))",
        r"\b(?P<tomorrow>tomorrow|overnight horizon|one day ahead|day ahead)(?:'s)?\b",
        (
            rf"\b(?P<n>{SMALL})[ -](?P<unit>day|session|week|month)s?"
            r"(?= (?:lightgbm|model|forecast|predict(?:ion|or)|ahead))"
        ),
    )
]
_TARGET = re.compile(
    rf"\b(?:predict|forecast|anticipat|foretell)\w*\b[^.;,]{{0,30}}?\b(?P<target>returns? (?:of|over|for"
    rf"|in) (?:the )?(?:next |coming )?(?P<n>{SMALL}) (?:trading )?(?P<unit>day|week|month|quarter)s?)\b",
    re.IGNORECASE,
)
_HELD = re.compile(rf"\bfor (?P<n>{SMALL}) (?:trading )?(?P<unit>day|week|month)s?\b", re.IGNORECASE)
_NAMES = (
    r"(?:positions?|names?|stocks?|holdings?|shares?|symbols?|tickers?|picks?|companies|ones|lines|titles"
    r"|securities)"
)
_COUNT = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"\b(?:top|best|strongest|highest|leading)[ -](?P<n>{SMALL}|single)\b"
            rf"(?! (?:experiments?|runs?|backtests?))(?: {_NAMES})?"
        ),
        rf"\b(?P<n>{SMALL}|single) (?:best|top|strongest|highest)\b(?! (?:experiments?|runs?))(?: {_NAMES})?",
        (
            rf"\b(?:at most|up to|no more than|not more than|max(?:imum)?(?: of)?|fewer than|limit(?:ed)? to"
            rf"|only|just|over|across"
            rf"|in|into|among|holding|hold|keep|with|using|between|spread over)\s(?:at most |the )?(?P<n>{SMALL})"
            rf"(?: different| separate)? {_NAMES}"
        ),
        (
            rf"\b(?:at most|no more than|max(?:imum)?(?: of)?) (?P<n>{SMALL})\b(?! ?%| ?(?:day|week|month|year"
            rf"|percent|per cent|pct|d\b|w\b))"
        ),
        rf"\b(?P<n>{SMALL}) {_NAMES}(?: (?:max(?:imum)?|at most|or fewer|tops?))?\b",
        rf"\b(?:no more than|at most|max(?:imum)?(?: of)?|only|just) (?:a )?(?P<n>single|one) {_NAMES}",
        rf"\b(?:a |one )?(?P<n>single|one) {_NAMES} (?:only|at most|max(?:imum)?|tops)\b",
        rf"\b(?:hold|keep|take)(?: only| just)? (?P<n>{SMALL}) of (?:them|those|these)\b",
        rf"\b(?:top_n|max_positions)\s*(?:=|of|to)?\s*(?P<n>{SMALL})\b",
    )
]
_EACH = re.compile(r"\b(?:no|any|each|every|in|per|(?<!more )than|of|into|for) $", re.IGNORECASE)
ADVERBS = {"daily": 1, "weekly": 5, "fortnightly": 10, "monthly": 21, "quarterly": 63}


def read_words(text: str) -> float | None:
    """Return the value of a number in words below a thousand (`twenty-five`, `a hundred and ten`), or None."""
    total = 0
    for word in re.split(r"[ -]", text.lower()):
        if word == "hundred":
            total = max(total, 1) * 100
        elif word in ("a", "and", "of"):
            continue
        elif word == "couple":
            total = 2
        elif word in UNITS or word in TENS:
            total += UNITS.get(word, TENS.get(word, 0))
        else:
            return None
    return float(total or text.lower().split()[0] == "a")


def read_small(text: str) -> int:
    """Return the value of a small whole number in figures or words."""
    text = text.strip()
    return int(text) if text.isdigit() else int(read_words(text) or 0)


def find_money(text: str) -> Iterator[Mention]:
    """Yield amounts: with a currency or a scale as `money`, other figures as `number`."""
    for match in _MONEY.finditer(text):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        value = _amount(match)
        if value is None or value <= 0:
            continue
        sure = any(match[group] for group in ("before", "after", "scale", "part", "words"))
        yield Mention(
            "money" if sure else "number", start, match.end(), int(value) if value.is_integer() else value
        )


def _amount(match: re.Match[str]) -> float | None:
    if match["figure"]:
        figure = match["figure"].replace(",", "").replace("'", "").replace(" ", "").rstrip(".")
        return round(float(figure) * _SCALES.get((match["scale"] or "").lower(), 1), 6)
    if match["part"]:
        return round(_PARTS[match["fraction"].lower()] * _SCALES[match["partscale"].lower()], 6)
    value = read_words(match["words"])
    if value is None:
        return None
    for word in match["wordscale"].lower().split():
        value *= 100 if word == "hundred" else _SCALES[word]
    return value


def find_targets(text: str) -> Iterator[Mention]:
    """Yield the return that is to be predicted, as a horizon: "predicts the return of one week" is no feature."""
    for match in _TARGET.finditer(text):
        days = read_small(match["n"]) * DAYS[match["unit"].lower()]
        yield Mention("horizon", match.start("target"), match.end("target"), days)


def find_horizons(text: str) -> Iterator[Mention]:
    """Yield prediction horizons, in trading days (a week is 5, a month 21, a quarter 63)."""
    patterns = [*_HORIZON, _HELD] if re.search(r"\bh[eo]ld", text, re.IGNORECASE) else _HORIZON
    for pattern in patterns:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            if groups.get("tomorrow"):
                days = 1
            elif groups.get("adverb"):
                days = ADVERBS[match["adverb"].lower()]
            else:
                many = read_small(groups["n"]) if groups.get("n") else 1
                days = many * DAYS[(groups.get("unit") or "day").lower()]
            if days > 0:
                yield Mention("horizon", match.start(), match.end(), days)


def find_counts(text: str) -> Iterator[Mention]:
    """Yield how many names to hold: `top 3`, `at most five positions`, `in 4 names`."""
    for pattern in _COUNT:
        for match in pattern.finditer(text):
            value = 1 if match["n"].lower() == "single" else read_small(match["n"])
            one = match["n"].lower() == "one" and _EACH.search(text[: match.start("n")])
            if value > 0 and match["n"].lower() != "a" and not one:  # "a stock", "in any one stock" count nothing
                yield Mention("count", match.start(), match.end(), value)
