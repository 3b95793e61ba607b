"""Which setting a figure is for, told by the words around it: "no name above 20 %", "on ten trading days".

The resolvers of `options` and `numbers` know fixed phrasings and are sure of them. What they leave is judged here,
by weights fitted on the phrase books (`copilot.tuning.figures`): a figure is taken for a setting where its
neighbours say so clearly, and stays unexplained, for the user to see, where they do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import prompts
from copilot.planner.around import around
from copilot.planner.linear import Linear, load
from copilot.planner.mention import Kind, Mention
from copilot.planner.numbers import ADVERBS, DAYS, SMALL, WORDED, read_small

WEIGHTS = prompts.FOLDER / "tuning" / "figures.npz"
NONE = "none"
CLEAR = 0.65  # share from which a figure is taken for a setting
LIKELY = 0.2  # and where the request is for an experiment, and nothing else claims it
_KINDS: dict[str, Kind] = {"horizon_days": "horizon", "many": "count"}
_UNITS = {**{unit: days for unit, days in DAYS.items() if len(unit) > 1}, "year": 252}
_ADVERBS = {**ADVERBS, "tomorrow": 1, "yearly": 252}
_NAMES = {"target_volatility": r"vol(?:atility)?", "max_drawdown": r"(?:draw[- ]?downs?|stop(?![- ]?loss))"}
_PARTS = {"half": 0.5, "third": 0.3333, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1, "twentieth": 0.05}
_SHARE = re.compile(
    rf"(?<![\w.])(?:(?P<n>[0-9]{{1,3}}(?:\.[0-9]+)?)|(?P<words>{WORDED})) ?(?:%|pct\b|per ?cent\b)"
    rf"|\b(?:an? |one[ -])(?P<part>{'|'.join(_PARTS)})\b",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    rf"\b(?:(?P<n>{SMALL})[ -])?(?:trading |business )?(?P<unit>{'|'.join(_UNITS)})s?\b"
    rf"|\b(?P<adverb>{'|'.join(_ADVERBS)})\b",
    re.IGNORECASE,
)
_LARGE = "hundred|thousand|grand|million|mio|mil|k|bn|billion|dollars?|usd|bucks|euros?|eur|chf"
_NUMBERED = re.compile(  # what is said of a book, or of somebody: "chapter 3", "he's twelve"
    r"\b(?:chapter|page|section|table|figure|lesson|lecture|exercise|appendix|volume|part|room|grade|version|number|no\."
    r"|(?:he|she|i|who)(?:'s| is| am|'m)) $",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"(?<![\w.,:$€£/-])(?P<n>{SMALL})(?![\w%]*[\w%]|[.,:/-][0-9]| ?%| ?per ?cent|[ -](?:{_LARGE})\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a request: where it stands, of which kind it is, and its value as a setting takes it."""

    kind: str
    start: int
    end: int
    value: float


def figures_in(text: str) -> list[Figure]:
    """Return shares (fractions of 1), lengths of time (trading days) and small whole numbers, in order."""
    found: list[Figure] = []
    for match in _SHARE.finditer(text):
        part = match["part"]
        value = _PARTS[part.lower()] if part else float(match["n"] or read_small(match["words"])) / 100
        found.append(Figure("share", match.start(), match.end(), round(value, 6)))
    for match in _LENGTH.finditer(text):
        days = _ADVERBS.get((match["adverb"] or "").lower()) or _UNITS[match["unit"].lower()] * _many(match["n"])
        if match["unit"] == "quarter" or not _inside(match, found):  # "a quarter" may be a share or three months
            found.append(Figure("length", match.start(), match.end(), days))
    for match in _COUNT.finditer(text):
        counts = not (_of_them(text, match) or counts_nothing(text, match.start()))
        if counts and not _inside(match, found) and match["n"].lower() not in ("a", "one"):
            found.append(Figure("count", match.start(), match.end(), read_small(match["n"])))
    return sorted((each for each in found if each.value > 0), key=lambda each: each.start)


def terms_of(text: str, figure: Figure) -> list[str]:
    """Return what stands around a figure, told apart by its kind."""
    return [f"{figure.kind} {term}" for term in around(text, figure.start, figure.end)]


def counts_nothing(text: str, start: int) -> bool:
    """Tell whether the number at `start` is one of a chapter, a page or somebody's age."""
    return _NUMBERED.search(text[:start]) is not None


def find_settings(text: str, features: Sequence[Mention] = ()) -> Iterator[Mention]:
    """Yield the figures that the words around them make a setting of an experiment.

    A length inside one of `features` belongs to it ("the 20 day volatility"). The name of the setting is taken into
    the mention where it stands beside the figure: in "volatility at 12 %" it is no feature.
    """
    for figure in figures_in(text):
        if figure.kind != "share" and any(each.overlaps(figure) for each in features):
            continue
        best = _named(text, figure) or _clear(text, figure)
        if best is None:
            continue
        if kind := _KINDS.get(best):
            yield Mention(kind, figure.start, figure.end, int(figure.value))
        else:
            yield Mention("option", *_with_name(text, figure, best), (best, figure.value))


def likely_horizon(text: str, mentions: Sequence[Mention]) -> int | None:
    """Return the days of the one length of time that nothing else claims, in a request that is for an experiment.

    There it hardly is anything but the horizon, so less certainty will do.
    """
    lengths = [
        figure
        for figure in figures_in(text)
        if figure.kind == "length"
        and not any(each.overlaps(figure) for each in mentions if each.kind != "number")
        and weights().shares(terms_of(text, figure)).get("horizon_days", 0.0) >= LIKELY
    ]
    return int(lengths[0].value) if len(lengths) == 1 else None


def _clear(text: str, figure: Figure) -> str | None:
    """Return the setting that the words around a figure speak for, where they do clearly."""
    shares = weights().shares(terms_of(text, figure))
    best = max(shares, key=lambda label: shares[label])
    return best if best != NONE and shares[best] >= CLEAR else None


def _named(text: str, figure: Figure) -> str | None:
    """Return the setting whose name stands beside a share: "vol 15 %", "a 20 % drawdown"."""
    before, after = text[: figure.start], text[figure.end :]
    if figure.kind != "share":
        return None
    for setting, name in _NAMES.items():
        left = rf"\b{name}(?: (?:of|at|to|target|limit|cap|max(?:imum)?))?[ :=]+$"
        right = rf" (?:annual(?:i[sz]ed)? |yearly )?{name}\b"
        if re.search(left, before, re.IGNORECASE) or re.match(right, after, re.IGNORECASE):
            return setting
    return None


def _with_name(text: str, figure: Figure, setting: str) -> tuple[int, int]:
    """Return start and end of a share together with the name of its setting, where that is near."""
    named = _NAMES.get(setting, "(?!)")
    before = re.search(rf"\b{named}(?: [a-z]+){{0,3}} $", text[: figure.start], re.IGNORECASE)
    after = re.match(rf"(?: of)?(?: [a-z]+){{0,2}}? {named}\b", text[figure.end :], re.IGNORECASE)
    return (
        before.start() if before and not after else figure.start,
        figure.end + (after.end() if after else 0),
    )


def weights() -> Linear:
    """Return the fitted weights."""
    return load(WEIGHTS)


def _many(said: str | None) -> int:
    return read_small(said) if said and said.lower() != "a" else 1


def _of_them(text: str, match: re.Match[str]) -> bool:
    """Tell whether a number only says how many were named: "the two of them", "these three"."""
    before = re.search(r"\b(?:the|these|those|all|both|them) $", text[: match.start()], re.IGNORECASE)
    after = re.match(r" of (?:them|those|these)\b|\W*$| (?:together|alone)\b", text[match.end() :], re.IGNORECASE)
    return before is not None and after is not None


def _inside(match: re.Match[str], found: list[Figure]) -> bool:
    return any(each.start < match.end() and match.start() < each.end for each in found)
