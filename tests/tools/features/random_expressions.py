"""Random expressions that are sound features: no unit, no look ahead, and nothing that a split could change.

Prices meet prices and volumes meet volumes before anything is compared across symbols, and no written number stands
for a price, so rescaling one symbol's prices by c and its volume by 1 / c over all its history leaves the values as
they are. To compare them exactly, let c be a power of two: any other factor changes roundings, and with them ties.
"""

from __future__ import annotations

import random

from random_walk import random_walk

from tools.features.catalog import FEATURES
from tools.features.expr import Expression, compile_expression, usable_as_feature
from tools.features.panel import Panel
from tools.kernel.errors import BadRequest

LONGEST_WARMUP = 260
WINDOWS = (2, 3, 5, 8, 10, 13, 20, 30, 60)
PRICES = ("open", "high", "low", "close", "typical")


class Writer:
    """Writes one expression after another, all decided by a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._library = [feature for feature in FEATURES if not feature.needs_market]

    def number(self, depth: int) -> str:
        """Return an expression without a unit."""
        if depth <= 0:
            return self._one(self._feature, self._ratio, self._ratio, self._score)
        return self._one(
            self._feature,
            self._ratio,
            self._score,
            lambda: f"{self.number(depth - 1)} {self._random.choice('+-*')} {self._grouped(depth - 1)}",
            lambda: f"{self._grouped(depth - 1)} / (1 + abs({self.number(depth - 1)}))",
            lambda: f"if_({self.condition(depth - 1)}, {self.number(depth - 1)}, {self.number(depth - 1)})",
            lambda: f"if_({self.condition(depth - 1)}, 1, -1)",
            lambda: f"{self._across()}({self.number(depth - 1)})",
            lambda: f"{self._moving()}({self.number(depth - 1)}, {self._window()})",
            lambda: f"{self._random.choice(('min', 'max'))}({self.number(depth - 1)}, {self.number(depth - 1)})",
            lambda: f"clip({self.number(depth - 1)}, -2, {self._random.randint(0, 3)})",
            lambda: f"signed_power({self.number(depth - 1)}, {self._random.choice(('0.5', '2', '3'))})",
            lambda: f"-{self._grouped(depth - 1)}",
            lambda: (
                f"correlation({self.number(depth - 1)}, {self.number(depth - 1)}, {self._random.choice((10, 20))})"
            ),
        )

    def condition(self, depth: int) -> str:
        """Return a condition."""
        plain = (
            lambda: f"{self._price(1)} {self._random.choice(('>', '<', '>=', '<='))} {self._price(1)}",
            lambda: f"volume > {self._random.choice(('1', '1.5', '2'))} * adv({self._window()})",
            lambda: f"{self._grouped(depth - 1)} > {self._random.choice(('0', '0.5', '-1'))}",
            lambda: f"crosses_above({self._price(0)}, sma(close, {self._window()}))",
        )
        if depth <= 0:
            return self._one(*plain)
        return self._one(
            *plain,
            lambda: f"({self.condition(depth - 1)}) and ({self.condition(depth - 1)})",
            lambda: f"({self.condition(depth - 1)}) or not ({self.condition(depth - 1)})",
        )

    def _price(self, depth: int) -> str:
        field = self._random.choice(PRICES)
        if depth <= 0:
            return field
        return self._one(
            lambda: field,
            lambda: f"delay({field}, {self._random.randint(0, 20)})",
            lambda: (
                f"{self._random.choice(('sma', 'ts_min', 'ts_max', 'decay_linear'))}({field}, {self._window()})"
            ),
            lambda: f"ema({field}, {self._random.randint(2, 12)})",
            lambda: f"max({field}, delay(close, 1))",
            lambda: f"({field} + {self._random.choice(PRICES)}) / 2",
            lambda: f"{self._random.choice(('0.9', '1.05'))} * {field}",
        )

    def _feature(self) -> str:
        feature = self._random.choice(self._library)
        given = list(feature.default_params)
        if len(given) == 1:
            first = feature.parameters[0]
            given = [self._random.randint(max(first.minimum, 2), min(first.maximum, 40))]
        return f"{feature.name}({', '.join(map(str, given))})"

    def _ratio(self) -> str:
        window = self._window()
        return self._one(
            lambda: f"{self._price(1)} / ({self._price(1)})",
            lambda: f"volume / sma(volume, {window})",
            lambda: f"delta(log({self._price(0)}), {window})",
            lambda: f"({self._price(0)} - {self._price(1)}) / stddev(close, {window})",
            lambda: "(high - low) / typical",
            lambda: f"sqrt({self._price(1)} / close)",
        )

    def _score(self) -> str:
        window = self._random.choice(WINDOWS[2:])
        field = self._random.choice((*PRICES, "volume"))
        return self._one(
            lambda: f"zscore({field}, {window})",
            lambda: f"ts_rank({field}, {window})",
            lambda: f"ts_argmax({field}, {window})",
            lambda: f"correlation({self._random.choice(PRICES)}, volume, {window})",
            lambda: f"sum(close > delay(close, 1), {window})",
        )

    def _grouped(self, depth: int) -> str:
        return f"({self.number(depth)})"

    def _moving(self) -> str:
        return self._random.choice(
            ("sma", "sum", "stddev", "zscore", "ts_rank", "ts_min", "ts_max", "delta", "delay", "decay_linear")
        )

    def _across(self) -> str:
        return self._random.choice(("rank", "zscore_across", "demean", "scale"))

    def _window(self) -> int:
        return self._random.choice(WINDOWS)

    def _one(self, *forms: object) -> str:
        chosen = self._random.choice(forms)
        return chosen()  # type: ignore[operator]  # every form is a function without arguments


def _has_values(expression: Expression, panel: Panel) -> bool:
    return bool(expression.compute(panel).iloc[expression.warmup :].notna().to_numpy().mean() > 0.5)


def random_expressions(count: int, seed: int) -> list[str]:
    """Return `count` different expressions, the same for the same seed.

    Each has its first value within 260 bars, and on a random walk a value at half of the bars after them at least.
    """
    writer, panel = Writer(seed), random_walk(6, 2 * LONGEST_WARMUP)
    found: dict[str, None] = {}
    while len(found) < count:
        text = writer.number(1 + len(found) % 4)
        try:
            expression = compile_expression(text)
        except BadRequest as error:
            if "more than" not in error.message and "bars before" not in error.message:
                raise
            continue
        usable_as_feature(expression)
        if expression.warmup <= LONGEST_WARMUP and _has_values(expression, panel):
            found[text] = None
    return list(found)
