"""The guards of text made from values: f-strings, `%`, `str()`.

Only plain values become text. `str.format` walks attributes by itself and is not available at all; the address in
the `repr` of a function would change from run to run; a width of 10**8 would fill the memory.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from sandbox.kinds import NUMBERS
from sandbox.refusal import refusal

_SCALARS = frozenset((
    *(int, float, bool, complex, str, type(None), dt.date, dt.time),
    *(np.str_, *NUMBERS),
    *(pd.Timestamp, pd.Timedelta, pd.Period, pd.Interval, type(pd.NaT), type(pd.NA), np.datetime64, np.timedelta64),
))  # fmt: skip
_TIMES = frozenset((pd.Timestamp, dt.date, dt.time, pd.Period))
_NUMBER_SPECIFICATION = re.compile(r"(?:.?[<>=^])?[-+ ]?z?#?0?\d{0,3}[,_]?(?:\.\d{1,2})?[a-zA-Z%]?", re.DOTALL)
_TIME_SPECIFICATION_LENGTH = 40
_DEEPEST = 8


def text(value: object = "", /) -> str:
    """Return `str(value)` of a plain value, of an error, or of a list, tuple, set or dictionary of plain values."""
    if isinstance(value, Exception):
        return str(value)
    _require_plain(value, 0)
    return str(value)


def representation(value: object, /) -> str:
    """Return `repr(value)` of what `text` accepts."""
    if isinstance(value, Exception):
        return repr(value)
    _require_plain(value, 0)
    return repr(value)


def formatted(value: object, conversion: int, specification: str) -> str:
    """Return one field of an f-string; `conversion` is -1 or the code of s, r, a."""
    convert: dict[int, Callable[[object], str]] = {-1: lambda x: x, 115: text, 114: representation, 97: _ascii}  # type: ignore[dict-item, return-value]
    return format_value(convert[conversion](value), specification)


def format_value(value: object, specification: str = "", /) -> str:
    """Return `format(value, specification)` of a plain value and a short specification."""
    if not specification:
        return text(value)
    if type(specification) is not str:
        raise refusal("the format of a value is text, for example f'{x:.2f}'")
    if type(value) in _TIMES:
        if len(specification) > _TIME_SPECIFICATION_LENGTH or re.search(r"\d{3}", specification):
            raise refusal("this time format is too long; use something like f'{t:%Y-%m-%d}'")
    elif type(value) not in _SCALARS or not _NUMBER_SPECIFICATION.fullmatch(specification):
        raise refusal("this format is not available; numbers and text take something like f'{x:.2f}' or f'{x:>10}'")
    return format(value, specification)


def remainder(left: object, right: object, /) -> object:
    """Return `left % right`; text on the left would be formatted, and is refused."""
    if isinstance(left, str | bytes):
        raise refusal("`%` cannot format text here; write an f-string, for example f'{x:.2f}'")
    return left % right  # type: ignore[operator]


def _ascii(value: object) -> str:
    return ascii(representation(value))


def _require_plain(value: object, depth: int) -> None:
    if type(value) in _SCALARS:
        return
    if depth < _DEEPEST and type(value) in (list, tuple, set, frozenset):
        for item in value:  # type: ignore[attr-defined]
            _require_plain(item, depth + 1)
        return
    if depth < _DEEPEST and isinstance(value, dict) and type(value) is dict:
        for key, item in value.items():
            _require_plain(key, depth + 1)
            _require_plain(item, depth + 1)
        return
    raise refusal("only numbers, text, times and lists of them can become text; take a number out of the table")
