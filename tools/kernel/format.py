"""One way to print a number: by its unit, the same in the terminal, in answers, on tickets and in reports."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

UNDEFINED = "undefined"
_MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|\+00:00)?$")

_FORMATS: dict[str, Callable[[float], str]] = {
    "fraction": lambda value: f"{value * 100:,.1f} %",
    "ratio": lambda value: f"{value:,.2f}",
    "correlation": lambda value: f"{value:+.3f}",
    "usd": lambda value: f"{'-' if value < 0 else ''}${abs(value):,.2f}",
    "bps": lambda value: f"{value:,.4g} bps",
    "seconds": lambda value: f"{value:,.1f} s",
    "days": lambda value: counted(value, "day"),
}


def counted(number: float, noun: str) -> str:
    """Return "1 row", "1,234 rows"; the plural of `noun` takes an s."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def format_value(value: Any, unit: str | None = None) -> str:
    """Return `value` as text; `unit` is one of those in `tools.kernel.types`, or None for plain values."""
    if value is None:
        return UNDEFINED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(format_value(item, unit) for item in value)
    if not isinstance(value, (int, float)):
        return _MOMENT.sub(_moment, str(value))
    if unit in _FORMATS:
        return _without_negative_zero(_FORMATS[unit](value))
    return f"{int(value):,}" if float(value).is_integer() else _without_negative_zero(f"{value:,.6g}")


def _moment(match: re.Match[str]) -> str:
    """Return a moment to the minute; midnight without a zone is a date."""
    day, minute, zone = match.groups()
    if minute == "00:00" and not zone:
        return day
    return f"{day} {minute}{' UTC' if zone else ''}"


def _without_negative_zero(text: str) -> str:
    """Return "0.0" for "-0.0" and "+0.0": a sign without a value says nothing."""
    return text[1:] if text.startswith(("-", "+")) and not any(digit in text for digit in "123456789") else text


def format_seconds(seconds: float) -> str:
    """Return a duration as `340 ms`, `2.1 s` or `3 min 05 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"
