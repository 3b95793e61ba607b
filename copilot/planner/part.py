"""Pieces of an expression that is put together from words, and the tables of those words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from copilot.planner.vocabulary import load_plan_file

SUM, PRODUCT, POWER, ATOM = range(4)
LEVEL = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an expression.

    Attributes:
        text: what is written.
        level: how tightly it binds.
        end: where its words end in the request.
        feature: its id, where it is one feature and nothing more.
        library: whether it consists of features of the library, so that it is no everyday phrase anywhere.
        average: whether it was called a moving average, which beside a price is no ratio.
    """

    text: str
    level: int
    end: int
    feature: str | None = None
    library: bool = True
    average: bool = False

    def bound(self, level: int) -> str:
        """Return the text, in brackets where it binds less tightly than `level`."""
        return self.text if self.level >= level else f"({self.text})"


def join(sign: str, left: Part, right: Part) -> Part:
    """Return two operands joined; beside a price, a moving average is the average, not its ratio to the price."""
    left, right = _beside(left, right), _beside(right, left)
    level = LEVEL[sign]
    tighter = level + (sign in "-/")
    text = f"{left.bound(level)} {sign} {right.bound(tighter)}"
    return Part(text, level, right.end, library=left.library and right.library)


PRICES = ("open", "high", "low", "close", "typical")
_AVERAGE = re.compile(r"[se]ma\((?:close, )?[0-9]+\)")


def compared(sign: str, left: Part, right: Part) -> tuple[str, str, str]:
    """Return a comparison or a crossing of two operands, and both of them; averages as in `join`."""
    left, right = _beside(left, right), _beside(right, left)
    if sign.startswith("crosses"):
        return f"{sign}({left.text}, {right.text})", left.text, right.text
    return f"{left.text} {sign} {right.text}", left.text, right.text


def _beside(part: Part, other: Part) -> Part:
    return replace(part, text=_level_of(part)) if part.average and _is_price(other) else part


def _is_price(part: Part) -> bool:
    return part.average or _AVERAGE.fullmatch(part.text) is not None or part.text in PRICES


def _level_of(part: Part) -> str:
    """Return `sma(200)` for `sma_ratio(200)`."""
    return re.sub(r"^(sma|ema)_ratio\(", r"\1(", part.text)


def as_call(feature: str) -> str:
    """Return `rsi(14)` for `rsi_14`, `gap` for `gap`; what SLQ made is no part of the language."""
    name = re.sub(r"(?:_[0-9]+)+$", "", feature)
    numbers = feature[len(name) + 1 :].split("_") if feature != name else []
    return f"{name}({', '.join(numbers)})" if numbers else name


def with_window(feature: str, bars: int | None) -> str:
    """Return the id with its first number replaced."""
    name = re.sub(r"(?:_[0-9]+)+$", "", feature)
    rest = re.findall(r"[0-9]+", feature[len(name) :])[1:]
    return "_".join([name, str(bars), *rest])


@cache
def default_id(name: str) -> str:
    """Return the id of a feature with its default numbers."""
    from tools.features.catalog import parse_feature

    return parse_feature(name).id


@cache
def table(name: str) -> tuple[tuple[str, str], ...]:
    """Return the patterns of a table of words, each with what it stands for, in their order."""
    return tuple(load_plan_file("formula_words.json")[name].items())


def fields() -> Mapping[str, str]:
    """Return the patterns of the fields of a bar."""
    words: Mapping[str, str] = load_plan_file("formula_words.json")["fields"]
    return words
