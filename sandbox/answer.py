"""The way out, child's side: a result as a bounded JSON header and raw little-endian columns.

It runs after confinement, beside code nobody trusts, so the parent believes none of it (`sandbox.check`). The
checks here only serve to say in plain words what is wrong with an honest mistake.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

PREFIX = struct.Struct("<8sIQ")  # magic, length of the header, length of what follows it
MAGIC = b"SLQ-OUT1"
MAX_HEADER_BYTES = 1 << 20
MAX_COLUMNS = 1000
MAX_LABEL = 200
MAX_INDEX_LEVELS = 4
MAX_FIGURE_DEPTH = 24
TIME_UNITS = ("s", "ms", "us", "ns")
WHOLE = np.iinfo(np.int64)


class NotAResult(Exception):
    """What the code gave cannot be a result; the text says what would be."""


@dataclass(frozen=True)
class Answer:
    """A header and the bytes that follow it."""

    header: dict[str, Any]
    parts: Sequence[bytes | memoryview]


def _shape(data: pd.DataFrame) -> str:
    return f"{data.shape[0]} rows x {data.shape[1]} columns"


def _buffer(values: np.ndarray[Any, Any]) -> memoryview:
    return np.ascontiguousarray(values).reshape(-1).view(np.uint8).data


def feature_answer(value: Any, like: pd.DataFrame) -> Answer:
    """Return the answer for a feature; `like` is the frame whose labels and shape it must have."""
    if isinstance(value, pd.Series) and like.shape[1] == 1:
        value = value.to_frame(like.columns[0])
    if not isinstance(value, pd.DataFrame):
        wanted = f"a frame like close ({_shape(like)})"
        raise NotAResult(f"`feature(bars)` must return {wanted}, not {type(value).__name__}")
    if value.shape != like.shape:
        raise NotAResult(f"`feature(bars)` returned {_shape(value)}; close has {_shape(like)}")
    if not (value.index.equals(like.index) and value.columns.equals(like.columns)):
        raise NotAResult("`feature(bars)` returned other labels than those of close; keep its index and columns")
    for name, dtype in zip(value.columns, value.dtypes, strict=True):
        if dtype.kind not in "fiub":
            raise NotAResult(f"`feature(bars)` returned {dtype} in column {name}; it must be numbers")
    numbers = value.to_numpy(dtype="<f8", na_value=np.nan)
    _refuse_infinite(numbers, value)
    return Answer({"kind": "feature"}, [_buffer(numbers.T)])


def _refuse_infinite(numbers: np.ndarray[Any, Any], value: pd.DataFrame) -> None:
    infinite = np.isinf(numbers)
    if infinite.any():
        row, column = np.argwhere(infinite)[0]
        where = f"first for {value.columns[column]} at {value.index[row]}"
        raise NotAResult(
            f"`feature(bars)` returned {int(infinite.sum())} infinite values, {where}; guard the division by zero"
        )


def script_answer(value: Any) -> Answer:
    """Return the answer for what a script assigned to `result`."""
    if isinstance(value, pd.Series):
        value = value.to_frame(value.name if value.name is not None else "value")
    if isinstance(value, pd.DataFrame):
        return _table(value)
    if isinstance(value, (bool, np.bool_)):
        return Answer({"kind": "number", "type": "bool"}, [struct.pack("<q", int(value))])
    if isinstance(value, (int, np.integer)):
        if not WHOLE.min <= int(value) <= WHOLE.max:
            raise NotAResult("`result` is a whole number of more than 64 bits; use a float")
        return Answer({"kind": "number", "type": "int"}, [struct.pack("<q", int(value))])
    if isinstance(value, (float, np.floating)):
        return Answer({"kind": "number", "type": "float"}, [struct.pack("<d", float(value))])
    if isinstance(value, dict):
        text = json.dumps(_plain(value, MAX_FIGURE_DEPTH), allow_nan=False).encode()
        return Answer({"kind": "figure", "bytes": len(text)}, [text])
    wanted = "a number, a table, or a figure as a dict with `data` and `layout`"
    raise NotAResult(f"`result` must be {wanted}, not {type(value).__name__}")


def _table(frame: pd.DataFrame) -> Answer:
    levels = 0 if isinstance(frame.index, pd.RangeIndex) and frame.index.name is None else frame.index.nlevels
    if not frame.shape[1]:
        raise NotAResult("`result` is a table without columns")
    if levels > MAX_INDEX_LEVELS or levels + frame.shape[1] > MAX_COLUMNS or frame.columns.nlevels > 1:
        raise NotAResult(f"`result` is too wide or its labels have several levels ({_shape(frame)}); flatten it")
    columns = [
        (frame.index.names[level], frame.index.get_level_values(level).to_series(index=range(len(frame))))
        for level in range(levels)
    ]
    columns += [(frame.columns[at], frame.iloc[:, at]) for at in range(frame.shape[1])]
    lines, parts = [], []
    for name, series in columns:
        kind, column_parts = _column(series, name)
        label = None if name is None else str(name)[:MAX_LABEL]
        lines.append({"name": label, "type": kind, "bytes": sum(len(part) for part in column_parts)})
        parts += column_parts
    return Answer({"kind": "table", "rows": len(frame), "index": levels, "columns": lines}, parts)


def _column(series: pd.Series, name: object) -> tuple[str, list[bytes | memoryview]]:
    dtype = series.dtype
    if isinstance(dtype, pd.DatetimeTZDtype) or dtype.kind == "M":
        aware = isinstance(dtype, pd.DatetimeTZDtype)
        naive = series.dt.tz_convert("UTC").dt.tz_localize(None) if aware else series
        unit = np.datetime_data(naive.dtype)[0]
        return f"{'utc' if aware else 'time'}[{unit}]", [_buffer(naive.to_numpy().view("<i8"))]
    if isinstance(dtype, np.dtype) and dtype.kind == "b":
        return "bool", [_buffer(series.to_numpy(dtype=np.uint8))]
    if isinstance(dtype, np.dtype) and dtype.kind == "i":
        return "int", [_buffer(series.to_numpy(dtype="<i8"))]
    if dtype.kind in "fiub" and not isinstance(dtype, pd.CategoricalDtype):
        return "float", [_buffer(series.to_numpy(dtype="<f8", na_value=np.nan))]
    values = [None if missing else value for value, missing in zip(series, series.isna(), strict=True)]
    if all(value is None or isinstance(value, str) for value in values):
        return "text", _text(values)
    raise NotAResult(f"Column {name} of `result` is {dtype}; use numbers, booleans, text or times")


def _text(values: Sequence[str | None]) -> list[bytes | memoryview]:
    """Return lengths (-1: missing) and the bytes of all texts."""
    encoded = [None if value is None else value.encode("utf-8", "replace") for value in values]
    lengths = np.array([-1 if text is None else len(text) for text in encoded], dtype="<i4")
    return [_buffer(lengths), b"".join(text for text in encoded if text)]


def _plain(value: Any, depth: int) -> Any:
    """Return a value of a figure as JSON has it; times become ISO text, NaN becomes null."""
    if depth == 0:
        raise NotAResult(f"The figure is nested deeper than {MAX_FIGURE_DEPTH}")
    if isinstance(value, (np.ndarray, pd.Series, pd.Index, np.generic)):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth - 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, depth - 1) for item in value]
    if isinstance(value, (int, float)):
        return value if math.isfinite(value) else None
    if isinstance(value, pd.Timestamp) or value is pd.NaT:
        return None if value is pd.NaT else value.isoformat()
    if isinstance(value, (str, bool)) or value is None:
        return value
    raise NotAResult(f"A figure holds JSON values, not {type(value).__name__}")


def error_answer(kind: str, message: str, line: int = 0, column: int = 0) -> Answer:
    """Return the answer that says why there is no result; the text is cut to what a line can hold."""
    return Answer({"kind": "error", "error": kind, "message": message[:500], "line": line, "column": column}, [])


def pack(answer: Answer) -> list[bytes | memoryview]:
    """Return the bytes of an answer, in parts."""
    header = json.dumps(answer.header).encode()
    if len(header) > MAX_HEADER_BYTES:
        raise NotAResult("The labels of `result` are too long")
    prefix = PREFIX.pack(MAGIC, len(header), sum(len(part) for part in answer.parts))
    return [prefix + header, *answer.parts]  # each part is a write, and each write wakes the reader
