"""Ranges in a condition: `sma(5..20..5) > sma(100)` stands for four rules.

`first..last..step`, both ends included, the step 1 where it is left out; anywhere a whole number may stand. Several
ranges give every combination. What is left is for the expression language to judge.
"""

from __future__ import annotations

import re
from itertools import product

from tools.features.expr.fault import Span, fault

MOST_RULES = 1_000
_RANGE = re.compile(r"(?<![\w.])(?P<first>\d+)\.\.(?P<last>\d+)(?:\.\.(?P<step>\d+))?(?![\w.])")


def expand(text: str) -> tuple[str, ...]:
    """Return every text that `text` stands for, in order; itself where it has no range.

    Raises:
        BadRequest: a range counts down or stands still, or there are more than 1,000 combinations.
    """
    values = [_values(text, match) for match in _RANGE.finditer(text)]
    count = 1
    for numbers in values:
        count *= len(numbers)
    if count > MOST_RULES:
        what = f"These ranges stand for {count:,} rules; at most {MOST_RULES:,} are tried at once"
        raise fault(text, Span(0, len(text)), what, "Use a larger step: sma(10..50..10).")
    return tuple(_filled(text, numbers) for numbers in product(*values))


def _values(text: str, match: re.Match[str]) -> range:
    first, last, step = int(match["first"]), int(match["last"]), int(match["step"] or 1)
    if last < first or step == 0:
        raise fault(text, Span(*match.span()), "This range has no numbers", "Write first..last..step: 10..50..10.")
    return range(first, last + 1, step)


def _filled(text: str, numbers: tuple[int, ...]) -> str:
    given = iter(numbers)
    return _RANGE.sub(lambda _: str(next(given)), text)
