"""Lines and bars of blocks: as long as what they show, in its order, with gaps."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.sparkline import BLOCKS, bar, sparkline

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ((), ""),
        ((1, 2, 3, 4, 5, 6, 7, 8), "▁▂▃▄▅▆▇█"),
        ((0, None, 1), "▁ █"),
        ((None, None), "  "),
        ((3, 3, 3), "▄▄▄"),
        ((math.nan, 1, math.inf, 2), " ▁ █"),
        ((-1e308, 0, 1e308), "▁▅█"),
    ],
)
def test_a_line_shows_low_high_level_and_gaps(values: tuple[float | None, ...], line: str) -> None:
    assert sparkline(values) == line


@given(st.lists(st.none() | NUMBERS))
def test_every_value_has_one_character_and_higher_values_never_lower_ones(values: list[float | None]) -> None:
    line = sparkline(values)
    assert len(line) == len(values)
    shown = [(value, BLOCKS.index(block)) for value, block in zip(values, line, strict=True) if value is not None]
    assert all(block == " " for value, block in zip(values, line, strict=True) if value is None)
    ordered = [level for _, level in sorted(shown)]
    assert ordered == sorted(ordered)


@given(NUMBERS, NUMBERS)
def test_a_bar_fits_and_shows_that_something_is_there(value: float, other: float) -> None:
    drawn = bar(value, max(abs(value), abs(other)), 24)
    assert len(drawn) <= 24
    assert bool(drawn) == bool(value)


def test_bars_are_in_proportion() -> None:
    assert bar(-1, 1, 4) == "████"
    assert bar(0.5, 1, 4) == "██"
    assert bar(0.03125, 1, 4) == "▏"
