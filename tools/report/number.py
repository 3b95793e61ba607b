"""How the page prints a number: by its unit, with typographic minus signs and narrow no-break spaces."""

from __future__ import annotations

EN_DASH = "\u2013"
TIMES = "\u00d7"
UNDEFINED = EN_DASH
NARROW = "\u202f"
MINUS = "\u2212"


def format_number(value: float | None, unit: str | None = None) -> str:
    """Return `value` as text by its unit (see `tools.kernel.types`); an undefined one is a dash."""
    if value is None:
        return UNDEFINED
    match unit:
        case "fraction":
            text = f"{value * 100:,.1f}{NARROW}%"
        case "ratio":
            text = f"{value:,.2f}"
        case "usd":
            text = f"${value:,.2f}" if value >= 0 else f"-${-value:,.2f}"
        case "bps":
            text = f"{value:,.4g}{NARROW}bps"
        case "seconds":
            text = f"{value:,.1f}{NARROW}s"
        case _:
            text = f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"
    return _without_negative_zero(text).replace("-", MINUS)


def _without_negative_zero(text: str) -> str:
    """Return "0.0" for "-0.0": a sign without a value says nothing."""
    return text[1:] if text.startswith("-") and not any(digit in text for digit in "123456789") else text
