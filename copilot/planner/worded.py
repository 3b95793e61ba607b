"""Arithmetic in words: `14-day RSI times volume z-score` -> `rsi(14) * volume_zscore(20)`.

A small grammar over `prompts/plan/formula_words.json`: sums of products of features, fields of the bars and
operators of the expression language, with lengths of time in words. It writes an expression; whether that means
something (a price plus a volume) is for the expression language to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from copilot.planner.features import feature_at
from copilot.planner.mention import Mention
from copilot.planner.numbers import SMALL, read_small
from copilot.planner.part import (
    ATOM,
    LEVEL,
    POWER,
    PRODUCT,
    SUM,
    Part,
    as_call,
    default_id,
    fields,
    join,
    table,
    with_window,
)
from copilot.planner.windows import BEFORE, LENGTH, bars_of

_FILLER = re.compile(r"(?:the |an? |its own |of the |value of (?:the )?|my )+", re.IGNORECASE)
_WITHIN = re.compile(
    rf" ?(?:over|of|in|across|for|from|during|within|\() ?(?:the )?(?:last |past |previous "
    rf"|trailing )?(?P<length>{LENGTH})\)?(?: window)?(?![\w-])",
    re.IGNORECASE,
)
_ACROSS = re.compile(
    r" (?:across|among|over|in|within) (?:the |all )*(?:universe|symbols|stocks|names|market)\b", re.IGNORECASE
)
_AGO = re.compile(rf" (?P<length>{LENGTH}) (?:ago|earlier|before)\b", re.IGNORECASE)
_SQUARED = re.compile(r",? squared\b", re.IGNORECASE)
_NUMBER = re.compile(
    rf"(?P<figure>(?:-|\u2212|minus )?[0-9]+(?:\.[0-9]+)?)(?![\w%]|[ -](?:day|week|month|quarter|year|bar))"
    rf"|(?P<twice>twice|double) |(?P<half>half) (?:of )?|(?P<word>{SMALL})(?= times\b)",
    re.IGNORECASE,
)
_ITS = re.compile(rf"(?:its|their) (?:own )?(?P<length>{BEFORE})[ -]", re.IGNORECASE)
_OWN = re.compile(r"(?:its|their) (?:own )?", re.IGNORECASE)
_BETWEEN = re.compile(r" ?(?:,|and|to|with|by|over|from)+ ", re.IGNORECASE)
_LEVEL_ONLY = re.compile(r"(?:sma|ema)\([0-9]+\)")  # an average of prices, which is no feature by itself
DEEPEST = 12


def find_worded(text: str, *, making: bool) -> Iterator[Mention]:
    """Yield arithmetic of at least one operation, as an expression; plus and minus only where a feature is made.

    Where a feature is made, also features whose bare name is an everyday word: `60-day returns`.
    """
    position = 0
    for match in re.finditer(r"(?<![\w.%-])[\w(]", text):
        if match.start() < position:
            continue
        part = Reader(text, making=making).sum_at(match.start())
        if (
            part is None
            or not re.search("[a-z]", part.text)
            or part.text in fields().values()
            or _LEVEL_ONLY.fullmatch(part.text)
        ):
            continue
        if part.feature is None and (making or part.library):
            yield Mention("feature", match.start(), part.end, part.text)
            position = part.end
        elif part.feature is not None and making:
            yield Mention("feature", match.start(), part.end, part.feature)
            position = part.end


class Reader:
    """Reads one piece of arithmetic by recursive descent; every method returns None where nothing fits."""

    def __init__(self, text: str, *, making: bool) -> None:
        self.text = text
        self.making = making
        self._depth = 0
        self._inside = False  # of a function whose own length may follow

    def sum_at(self, at: int) -> Part | None:
        """Read operands joined by plus and minus."""
        return self._chain(at, SUM)

    def _chain(self, at: int, level: int) -> Part | None:
        operand = self.operand_at if level == PRODUCT else lambda place: self._chain(place, PRODUCT)
        left = operand(at)
        while left is not None:
            sign = self._sign(left.end, level)
            right = sign and (self.its_at(sign[1], left) or operand(sign[1]))
            if not sign or not right:
                break
            left = join(sign[0], left, right)
        return left

    def _sign(self, at: int, level: int) -> tuple[str, int] | None:
        """Return the operation that stands at `at` and where its words end."""
        for pattern, sign in table("binary"):
            match = re.compile(rf"(?:,? (?:and )?)(?:then )?(?:{pattern})(?= |$) ?", re.IGNORECASE).match(
                self.text, at
            )
            wanted = LEVEL[sign] == level or (level == PRODUCT and sign == "**")
            if match and wanted and (self.making or sign in "*/-"):
                return sign, match.end()
        return None

    def its_at(self, at: int, left: Part) -> Part | None:
        """Read "its 50-day average" of what stands before."""
        timed = _ITS.match(self.text, at)
        own = timed or _OWN.match(self.text, at)
        if own is None:
            return None
        for pattern, name in (*table("averages"), *table("windowed")):
            if noun := re.compile(rf"(?:{pattern})(?!\w)", re.IGNORECASE).match(self.text, own.end()):
                length, end = self._length_after(noun.end())
                bars = bars_of(timed["length"]) if timed else length
                closes = left.text == "close" and name in ("sma", "ema")
                taken = [*([] if bars and closes else [left.text]), *([str(bars)] if bars else [])]
                return Part(f"{name}({', '.join(taken)})", ATOM, end)
        return None

    def operand_at(self, at: int) -> Part | None:
        """Read one operand."""
        self._depth += 1
        try:
            part = self._read(at) if self._depth <= DEEPEST else None
        finally:
            self._depth -= 1
        return part and self._after(part)

    def _read(self, at: int) -> Part | None:
        filler = _FILLER.match(self.text, at)
        start = filler.end() if filler else at
        readers = (
            self._number,
            self._pair,
            self._function,
            self._feature,
            self._average,
            self._field,
            self._bracket,
        )
        for place in dict.fromkeys((start, at)):
            for reader in readers:
                if part := reader(place):
                    return part
        return None

    def _after(self, part: Part) -> Part:
        """Read what may follow an operand: "squared", "5 days ago", "across the universe"."""
        if not self.making:
            return part
        if match := _AGO.match(self.text, part.end):
            part = Part(f"delay({part.text}, {bars_of(match['length'])})", ATOM, match.end())
        if match := _SQUARED.match(self.text, part.end):
            part = Part(f"{part.bound(ATOM)} ** 2", POWER, match.end())
        return part

    def _number(self, at: int) -> Part | None:
        match = _NUMBER.match(self.text, at) if self.making else None
        if match is None:
            return None
        if match["figure"]:
            figure = re.sub(r"^(?:\u2212|minus )", "-", match["figure"].lower())
            return Part(figure, ATOM, match.end(), library=False)
        if match["word"]:
            value = read_small(match["word"])
            return Part(str(value), ATOM, match.end(), library=False) if value else None
        rest = self.operand_at(match.end())
        return rest and join("*", Part("2" if match["twice"] else "0.5", ATOM, at, library=False), rest)

    def _pair(self, at: int) -> Part | None:
        """Read "the product of A and B"."""
        for pattern, sign in table("pairs"):
            match = re.compile(rf"(?:{pattern}) ", re.IGNORECASE).match(self.text, at)
            if match is None:
                continue
            left = self.operand_at(match.end())
            if left is None:
                left = self._elliptic(match.end())
            between = _BETWEEN.match(self.text, left.end) if left else None
            right = between and left and (self.its_at(between.end(), left) or self.operand_at(between.end()))
            if left and right:
                if not left.text:
                    left = replace(
                        left, text=as_call(with_window(right.feature or right.text, bars_of(left.feature or "")))
                    )
                joined = join(sign, left, right)
                return Part(joined.text, joined.level, joined.end)
        return None

    def _elliptic(self, at: int) -> Part | None:
        """Read "1-month" in "between 1-month and 6-month momentum": its noun follows."""
        match = re.compile(rf"(?:the )?(?P<length>{BEFORE})(?= (?:and|to|over|by) )", re.IGNORECASE).match(
            self.text, at
        )
        return Part("", ATOM, match.end(), match["length"]) if match else None

    def _function(self, at: int) -> Part | None:
        """Read "rank of A", "z-score of A over 60 days", "60-day z-score of A"."""
        if not self.making:
            return None
        window = re.compile(rf"(?P<length>{BEFORE})[ -]", re.IGNORECASE).match(self.text, at)
        start = window.end() if window else at
        for kind in ("plain", "windowed"):
            for pattern, name in table(kind):
                match = re.compile(rf"(?:{pattern}) (?:of|in) ", re.IGNORECASE).match(self.text, start)
                inner = self._inner(match.end(), window is None and kind == "windowed") if match else None
                if inner is not None and (kind == "windowed" or not window):
                    return self._called(name, inner, window["length"] if window else None, plain=kind == "plain")
        return self._adjective(at)

    def _adjective(self, at: int) -> Part | None:
        """Read "absolute A"."""
        for pattern, name in table("adjectives"):
            match = re.compile(rf"(?:{pattern}) ", re.IGNORECASE).match(self.text, at)
            if match and (inner := self.operand_at(match.end())):
                return Part(f"{name}({inner.text})", ATOM, inner.end)
        return None

    def _inner(self, at: int, takes_length: bool) -> Part | None:
        """Read the operand of a function; a length behind it belongs to the function, where that takes one."""
        before, self._inside = self._inside, takes_length
        try:
            return self.operand_at(at)
        finally:
            self._inside = before

    def _called(self, name: str, inner: Part, before: str | None, *, plain: bool) -> Part:
        if plain:
            across = _ACROSS.match(self.text, inner.end)
            return Part(f"{name}({inner.text})", ATOM, across.end() if across else inner.end)
        bars, end = (bars_of(before), inner.end) if before else self._length_after(inner.end)
        return Part(f"{name}({inner.text}{f', {bars}' if bars else ''})", ATOM, end)

    def _feature(self, at: int) -> Part | None:
        """Read a library feature with the length said beside it."""
        found = feature_at(self.text, at)
        if found is None and self.making:
            found = self._everyday(at)
        if found is None:
            return None
        feature, end, fixed = found
        if not fixed and not self._inside:
            length, after = self._length_after(end)
            feature, end = (with_window(feature, length), after) if length else (feature, end)
        ratio = re.search("ratio|distance", self.text[at:end], re.IGNORECASE)
        average = feature.startswith(("sma_ratio_", "ema_ratio_")) and ratio is None
        return Part(as_call(feature), ATOM, end, feature, average=average)

    def _everyday(self, at: int) -> tuple[str, int, bool] | None:
        """Read a feature whose name is an everyday word elsewhere: `60-day returns`."""
        for pattern, name in table("names"):
            match = re.compile(rf"(?:(?P<length>{BEFORE})[ -])?(?:{pattern})(?![\w(])", re.IGNORECASE).match(
                self.text, at
            )
            if match:
                bars = bars_of(match["length"]) if match["length"] else None
                feature = with_window(name, bars) if bars else default_id(name)
                return feature, match.end(), bars is not None
        return None

    def _average(self, at: int) -> Part | None:
        """Read "200-day average of volume" without its "of": "200-day volume average", "200-day average"."""
        window = re.compile(rf"(?P<length>{BEFORE})[ -]", re.IGNORECASE).match(self.text, at)
        if window is None or not self.making:
            return None
        for pattern, name in table("averages"):
            if match := re.compile(rf"(?:{pattern})(?!\w)", re.IGNORECASE).match(self.text, window.end()):
                return Part(f"{name}({bars_of(window['length'])})", ATOM, match.end())
            for noun, field in table("fields"):
                match = re.compile(rf"(?:{pattern} )?(?:{noun})(?: {pattern})?(?!\w)", re.IGNORECASE).match(
                    self.text, window.end()
                )
                if match and re.search(pattern, match[0], re.IGNORECASE):
                    return Part(f"{name}({field}, {bars_of(window['length'])})", ATOM, match.end())
        return None

    def _field(self, at: int) -> Part | None:
        for pattern, name in table("fields"):
            if match := re.compile(rf"(?:{pattern})(?![\w(]|[ -]z)", re.IGNORECASE).match(self.text, at):
                return Part(name, ATOM, match.end(), library=False)
        return None

    def _bracket(self, at: int) -> Part | None:
        inner = self.sum_at(at + 1) if self.text[at : at + 1] == "(" else None
        if inner is None or self.text[inner.end : inner.end + 1] != ")":
            return None
        return Part(inner.text, inner.level, inner.end + 1, inner.feature, inner.library)

    def _length_after(self, at: int) -> tuple[int | None, int]:
        match = _WITHIN.match(self.text, at)
        return (bars_of(match["length"]), match.end()) if match else (None, at)
