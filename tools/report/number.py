"""The page's typography for numbers: real minus signs, narrow blanks before a unit, a dash for an undefined one."""

from __future__ import annotations

import re

from tools.kernel.format import format_value

EN_DASH = "\u2013"
TIMES = "\u00d7"
UNDEFINED = EN_DASH
NARROW = "\u202f"
MINUS = "\u2212"


def format_number(value: float | None, unit: str | None = None) -> str:
    """Return `value` as text by its unit (see `tools.kernel.types`), typeset; the words of a unit stay out."""
    if value is None:
        return UNDEFINED
    text = format_value(value, None if unit == "days" else unit)
    return text.replace(" ", NARROW).replace("-", MINUS)


def typeset(sentence: str) -> str:
    """Return a sentence with a real minus sign before its negative numbers, and its percentages in one piece."""
    return re.sub(r"(?<=\d) (?=%)", NARROW, re.sub(r"(?<![\w.)-])-(?=\d)", MINUS, sentence))
