"""Turn any value into JSON that RFC 8785 can canonicalise: what is logged must never break the log.

Values that JSON lacks become strings, by these rules:

* NaN and the infinities: "NaN", "Infinity", "-Infinity";
* integers beyond 2^53 - 1: hexadecimal, such as "0x20000000000000"; whole floats beyond it: "1e+20";
* a lone surrogate in text: its escape, such as backslash-ud800; undecodable bytes: backslash-xff;
* dates, paths, decimals, enums: their usual text; sets: sorted lists;
* any other object: its type, such as "[Thing]", because its text may hold an address or raise;
* below 64 levels: "[nested too deep]".

Different values can become the same text (1 and "1" as keys get "1" and "1#2"): this is a record for people,
not a serialisation to read back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from numbers import Integral, Real
from pathlib import PurePath
from typing import Any
from uuid import UUID

from pydantic import BaseModel

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 64  # far below the recursion limit of any reader
TOO_DEEP = "[nested too deep]"


def unused(key: str, taken: Mapping[str, object]) -> str:
    """Return `key`, or `key#2`, `key#3`, ... where it is taken."""
    name, count = key, 1
    while name in taken:
        count += 1
        name = f"{key}#{count}"
    return name


def _text(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "backslashreplace")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str | PurePath | Decimal | UUID):
        return str(value).encode("utf-8", "backslashreplace").decode()
    return f"[{type(value).__qualname__}]"


def _number(value: Real) -> int | float | str:
    if isinstance(value, Integral):
        number = int(value)
        return number if abs(number) <= MAX_INTEGER else hex(number)
    real = float(value)
    if math.isnan(real):
        return "NaN"
    if math.isinf(real):
        return "Infinity" if real > 0 else "-Infinity"
    if real.is_integer() and abs(real) > MAX_INTEGER:
        return repr(real)
    return real


def _scalar(value: object) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return _scalar(value.value)
    if isinstance(value, Real):
        return _number(value)
    return _text(value)


def to_plain(value: object, depth: int = 0) -> Any:
    """Return `value` as JSON data that canonicalises; never raises on the types named above."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, Mapping | list | tuple | set | frozenset) and depth >= MAX_DEPTH:
        return TOO_DEEP
    if isinstance(value, Mapping):
        out: dict[str, Any] = {}
        for key, item in value.items():
            out[unused(str(_scalar(key)), out)] = to_plain(item, depth + 1)
        return out
    if isinstance(value, list | tuple):
        return [to_plain(item, depth + 1) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((to_plain(item, depth + 1) for item in value), key=json.dumps)
    return _scalar(value)
