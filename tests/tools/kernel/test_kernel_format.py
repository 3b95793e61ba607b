from __future__ import annotations

import pytest

from tools.kernel.format import format_seconds, format_value


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.1234, "fraction", "12.3 %"),
        (-0.00001, "fraction", "0.0 %"),
        (1234.5, "usd", "$1,234.50"),
        (-3, "usd", "-$3.00"),
        (5014, "days", "5,014 days"),
        (1, "days", "1 day"),
        (9616100.0, None, "9,616,100"),
        (None, "ratio", "undefined"),
        (0.01234, "correlation", "+0.012"),
        (-0.01234, "correlation", "-0.012"),
        (0.0001, "correlation", "0.000"),
        (True, None, "yes"),
        (["a", 2], None, "a, 2"),
        ("2026-11-22T09:18:17.351708Z", None, "2026-11-22 09:18 UTC"),
        ("2010-06-30T00:00:00", None, "2010-06-30"),
        ("2010-06-30T14:31:00", None, "2010-06-30 14:31"),
        ("at 2010-06-30T14:31:00", None, "at 2010-06-30T14:31:00"),
    ],
)
def test_a_value_is_printed_by_its_unit(value: object, unit: str | None, text: str) -> None:
    assert format_value(value, unit) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.34, "340 ms"), (2.14, "2.1 s"), (185, "3 min 05 s")])
def test_a_duration_is_printed_in_its_own_scale(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text
