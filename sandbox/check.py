"""The way out, parent's side: bytes from code nobody trusts become a value, or a failure in plain words.

Every count, length and type is checked by hand before anything is built from it. Nothing is unpickled, no name of
the child is looked up, and the labels of a feature are the parent's own. What this cannot judge is whether the
numbers are right: the code could have computed any.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa

from sandbox.answer import (
    MAGIC,
    MAX_COLUMNS,
    MAX_FIGURE_DEPTH,
    MAX_HEADER_BYTES,
    MAX_INDEX_LEVELS,
    MAX_LABEL,
    PREFIX,
    TIME_UNITS,
)
from sandbox.errors import Crashed, Rejected, SandboxFailure, Stopped, Unavailable

MAX_MESSAGE = 300
NUMBER_BYTES = 8
MAX_FIGURE_BYTES = 16 << 20  # as objects of Python it takes 25 times as much
MAX_LINE = 100_000
FIGURE_KEYS = {"data", "layout"}
RAW_TYPES = {"float": "<f8", "int": "<i8", "bool": "u1"}


def malformed(what: str) -> Stopped:
    """Return the failure for an answer that no honest child writes."""
    return Stopped(f"The code's answer is malformed: {what}.", "output")


def one_line(text: object, limit: int = MAX_MESSAGE) -> str:
    """Return text from the child as one bounded line without control, format or unassigned characters."""
    if not isinstance(text, str):
        return ""
    cut = text[: 4 * limit]
    plain = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in cut)
    line = " ".join(plain.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _whole(header: Mapping[str, object], key: str, most: int) -> int:
    """Return a count of the header. Raises `Stopped` unless it is a whole number from 0 to `most`."""
    value = header.get(key)
    if type(value) is not int or not 0 <= value <= most:
        raise malformed(f"{key} is not a count")
    return value


@dataclass(frozen=True)
class Body:
    """A checked header and the bytes after it."""

    header: dict[str, object]
    data: memoryview

    @property
    def kind(self) -> object:
        """What the child says this is."""
        return self.header.get("kind")


def announced_bytes(raw: bytes) -> int | None:
    """Return how long a whole answer is by its first bytes; None where they are too few, 0 where they are none."""
    if len(raw) < PREFIX.size:
        return None
    magic, header, data = PREFIX.unpack_from(raw)
    return PREFIX.size + header + data if magic == MAGIC and header <= MAX_HEADER_BYTES else 0


def unpack(raw: bytes) -> Body:
    """Split an answer into header and data; what follows its end is not looked at. Raises `Stopped`."""
    total = announced_bytes(raw)
    if not total:
        raise malformed("it has no header" if total == 0 else "it is cut off")
    if len(raw) < total:
        raise malformed("it is cut off")
    end = PREFIX.size + PREFIX.unpack_from(raw)[1]
    header = _json(raw[PREFIX.size : end])
    if type(header) is not dict:
        raise malformed("its header is not an object")
    return Body(header, memoryview(raw)[end:total])


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _json(text: bytes) -> object:
    """Parse JSON; NaN, infinities, numbers of thousands of digits and deep nesting are refused."""
    try:
        parsed: object = json.loads(text.decode("utf-8"), parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        raise malformed("it is not JSON") from None
    return parsed


def failure(body: Body) -> SandboxFailure:
    """Return the failure that an error answer stands for."""
    message = one_line(body.header.get("message"))
    line, column = _whole(body.header, "line", MAX_LINE), _whole(body.header, "column", MAX_LINE)
    match body.header.get("error"):
        case "rejected":
            return Rejected(message, line, column)
        case "crashed":
            return Crashed(message, line)
        case "memory":
            return Stopped("The code needed more memory than it may have.", "memory")
        case "output":
            return Stopped(message, "output")
        case "unconfined":
            return Unavailable(f"The sandbox could not be closed: {message}.")
        case _:
            return malformed("it is an unknown error")


def feature_value(body: Body, like: pd.DataFrame) -> pd.DataFrame:
    """Return a feature's frame with the labels of `like`; NaN is unknown, an infinite value is refused."""
    if body.kind != "feature":
        raise malformed("it is no feature")
    rows, columns = like.shape
    if len(body.data) != 8 * rows * columns:
        raise malformed(f"{len(body.data)} bytes where {8 * rows * columns} belong")
    values = np.frombuffer(body.data, dtype="<f8").reshape(columns, rows).copy()
    if np.isinf(values).any():
        raise malformed("it holds infinite values")
    return pd.DataFrame(values.T, index=like.index, columns=like.columns, copy=False)


def script_value(body: Body) -> pd.DataFrame | float | int | bool | dict[str, Any]:
    """Return a script's number, table or figure."""
    match body.kind:
        case "number":
            return _number(body)
        case "table":
            return _table(body)
        case "figure":
            return _figure(body)
    raise malformed("it is no result")


def _number(body: Body) -> float | int | bool:
    kind = _type(body.header)
    if len(body.data) != NUMBER_BYTES or kind not in RAW_TYPES:
        raise malformed("it is no number")
    value = np.frombuffer(body.data, dtype="<f8" if kind == "float" else "<i8")[0].item()
    result: float | int | bool = bool(value) if kind == "bool" else value
    return result


def _figure(body: Body) -> dict[str, Any]:
    if len(body.data) > MAX_FIGURE_BYTES:
        raise Crashed(f"The figure takes {len(body.data):,} bytes; at most {MAX_FIGURE_BYTES:,} may come back.")
    figure = _json(bytes(body.data))
    if type(figure) is not dict or "data" not in figure or not set(figure) <= FIGURE_KEYS:
        raise Crashed("A figure is a dict with `data` (a list of traces) and `layout`, nothing else.")
    traces, layout = figure["data"], figure.get("layout", {})
    if type(traces) is not list or any(type(trace) is not dict for trace in traces) or type(layout) is not dict:
        raise Crashed("In a figure, `data` is a list of dicts and `layout` is a dict.")
    _check_depth(figure)
    return figure


def _check_depth(figure: object) -> None:
    level: list[object] = [figure]
    for _ in range(MAX_FIGURE_DEPTH):
        level = [
            item
            for value in level
            if isinstance(value, (dict, list))
            for item in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise malformed("it is nested too deeply")


def _table(body: Body) -> pd.DataFrame:
    rows = _whole(body.header, "rows", len(body.data))
    levels = _whole(body.header, "index", MAX_INDEX_LEVELS)
    lines = body.header.get("columns")
    if type(lines) is not list or not levels <= len(lines) <= MAX_COLUMNS:
        raise malformed("it has no columns")
    series, names, start = [], [], 0
    for line in lines:
        if type(line) is not dict:
            raise malformed("a column is no object")
        size = _whole(line, "bytes", len(body.data) - start)
        series.append(_column(_type(line), body.data[start : start + size], rows))
        names.append(_name(line.get("name")))
        start += size
    if start != len(body.data):
        raise malformed("bytes are left over")
    return _framed(series, names, levels, rows)


def _name(name: object) -> str | None:
    return None if name is None else one_line(name, MAX_LABEL)


def _framed(series: list[pd.Series], names: list[str | None], levels: int, rows: int) -> pd.DataFrame:
    """Put checked columns together; the first `levels` are the index."""
    columns = series[levels:]
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=range(rows))
    frame.columns = pd.Index([name or "" for name in names[levels:]], dtype="str")
    if levels == 1:
        frame.index = pd.Index(series[0], name=names[0])
    elif levels:
        frame.index = pd.MultiIndex.from_arrays(series[:levels], names=names[:levels])
    return frame


def _type(line: Mapping[str, object]) -> str:
    kind = line.get("type")
    return kind if isinstance(kind, str) else ""


def _column(kind: str, data: memoryview, rows: int) -> pd.Series:
    """Return one column from its bytes."""
    if kind == "text":
        return _text(data, rows)
    if kind in RAW_TYPES:
        values = _raw(data, RAW_TYPES[kind], rows)
        return pd.Series(values > 0 if kind == "bool" else values)
    for unit in TIME_UNITS:
        if kind in {f"time[{unit}]", f"utc[{unit}]"}:
            times = pd.Series(_raw(data, "<i8", rows).view(f"<M8[{unit}]"))
            return times.dt.tz_localize("UTC") if kind.startswith("utc") else times
    raise malformed("a column has an unknown type")


def _raw(data: memoryview, dtype: str, rows: int) -> np.ndarray[Any, Any]:
    if len(data) != rows * np.dtype(dtype).itemsize:
        raise malformed("a column has the wrong length")
    return np.frombuffer(data, dtype=dtype).copy()


def _text(data: memoryview, rows: int) -> pd.Series:
    if len(data) < 4 * rows:
        raise malformed("a column of text is cut off")
    lengths = np.frombuffer(data[: 4 * rows], dtype="<i4").astype(np.int64)
    ends = np.maximum(lengths, 0).cumsum()
    if (lengths < -1).any() or (ends[-1] if rows else 0) != len(data) - 4 * rows:
        raise malformed("a column of text has the wrong length")
    offsets, known = np.concatenate([np.zeros(1, np.int64), ends]), np.packbits(lengths >= 0, bitorder="little")
    # as Arrow has it: a Python object for each text would take 30 times its size
    parts = (offsets, bytes(data[4 * rows :]), known)
    texts = pa.LargeStringArray.from_buffers(rows, *map(pa.py_buffer, parts))
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        raise malformed("a column of text is not UTF-8") from None
    return pd.Series(texts, dtype="str")
