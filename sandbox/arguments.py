"""Checks on arguments that could do more than compute: functions and their names, type names, text read as time.

pandas looks a text argument of `agg`, `apply`, `transform` up among the methods of the object, past every
attribute guard; so text is compared with a list, by exact type, and lists and dictionaries are copied while they
are checked.
"""

from __future__ import annotations

import re
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd

from sandbox.allow_pandas import REDUCERS, words
from sandbox.facade import Facade, kind_of
from sandbox.kinds import NUMBERS
from sandbox.refusal import FILENAME, refusal

_DTYPE_NAMES = words("""
    float int bool str object category float64 float32 int64 int32 int16 int8 uint8 uint16 uint32 uint64 bool_
    string Float64 Int64 boolean f8 f4 i8 i4 number datetime timedelta datetimetz datetime64 datetime64[ns]
    datetime64[us] datetime64[ms] datetime64[s] datetime64[D] timedelta64[ns] timedelta64[s] timedelta64[us]
    timedelta64[ms] timedelta64[D]
""")
_DTYPE_CLASSES = (
    pd.CategoricalDtype,
    pd.StringDtype,
    pd.DatetimeTZDtype,
    pd.PeriodDtype,
    pd.Float64Dtype,
    pd.Int64Dtype,
)
_PLAIN_TYPES = (int, float, bool, complex)
_TIME_WORDS = frozenset(("now", "today"))
_BARE_TIME = re.compile(r"\s*[tT]?\d{1,2}:\d{2}")


def checked_callback(value: object, name: str, *, text: bool = True) -> object:
    """Return what may be called by pandas: a function of the code, a facade's function, a listed statistic.

    Lists, tuples and dictionaries of such are copied.
    """
    kind = type(value)
    if isinstance(value, str):
        if text and kind is str and value in REDUCERS:
            return value
        raise refusal(
            f"`{name}` does not know {ascii(str(value))[:60]}; name a statistic such as 'mean', or write a lambda"
        )
    if isinstance(value, list | tuple) and kind in (list, tuple):
        return [checked_callback(item, name, text=text) for item in value]
    if isinstance(value, dict) and kind is dict:
        return {key: checked_callback(item, name, text=text) for key, item in value.items()}
    if isinstance(value, FunctionType) and _is_ours(value):
        return value
    if value is None or kind is Facade or (isinstance(value, type) and value in _PLAIN_TYPES):
        return value
    raise refusal(f"`{name}` takes a function written here; write a lambda: lambda x: ...")


def checked_dtype(value: object, *, times: bool = True) -> Any:
    """Return a data type that is plain: numbers, booleans, text, times, categories.

    Args:
        value: a name, a type, a data type taken from an array, or a dictionary of such by column.
        times: whether times are among them (numpy reads the clock when it reads the text "now").
    """
    if isinstance(value, dict) and type(value) is dict:
        return {key: checked_dtype(item, times=times) for key, item in value.items()}
    plain = kind_of(value)
    if plain is None or plain is str or _is_plain_type(plain):
        return plain
    if type(plain) is str and plain in _DTYPE_NAMES and (times or "time" not in plain):
        return plain
    if isinstance(plain, np.dtype) and plain.kind in ("fiubcOUMm" if times else "fiubcOU"):
        return plain
    if times and isinstance(plain, _DTYPE_CLASSES):
        return plain
    raise refusal("this data type is not available; write float, int, bool, str or 'datetime64[ns]'")


def checked_text(value: object) -> None:
    """Refuse text that means the present: "now", "today", or a time of day without a date."""
    values = value if isinstance(value, list | tuple) else (value,)
    for item in values:
        if isinstance(item, str) and (item.strip().lower() in _TIME_WORDS or _BARE_TIME.match(item)):
            raise refusal("the clock cannot be read, because results must repeat; write a full date")


def _is_ours(function: FunctionType) -> bool:
    """Whether a function was written in the generated code or is a checked one of a facade."""
    return function.__code__.co_filename == FILENAME or function.__module__.startswith("sandbox.")


def _is_plain_type(value: object) -> bool:
    return isinstance(value, type) and (value in _PLAIN_TYPES or value in NUMBERS)
