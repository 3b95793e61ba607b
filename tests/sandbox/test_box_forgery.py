"""The child is believed in nothing: a forged answer is refused, or is a value the code could have computed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.answer import MAGIC, PREFIX, feature_answer, pack, script_answer
from sandbox.check import failure, feature_value, one_line, script_value, unpack
from sandbox.errors import SandboxFailure, Stopped
from sandbox.run import Sandbox

LIKE = pd.DataFrame(np.zeros((3, 2)), index=pd.date_range("2000", periods=3), columns=["A", "B"])


def written(header: Any, data: bytes = b"", announced: int | None = None) -> bytes:
    """Return an answer as a forger would write it."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return PREFIX.pack(MAGIC, len(text), len(data) if announced is None else announced) + text + data


def judged(raw: bytes) -> object:
    """Return the value of an answer by every reading the parent has."""
    body = unpack(raw)
    if body.kind == "error":
        raise failure(body)
    return feature_value(body, LIKE) if body.kind == "feature" else script_value(body)


def table(*columns: dict[str, Any], rows: object = 1, index: object = 0) -> dict[str, Any]:
    return {"kind": "table", "rows": rows, "index": index, "columns": list(columns)}


def column(kind: object = "float", size: object = 8, name: object = "a") -> dict[str, Any]:
    return {"name": name, "type": kind, "bytes": size}


FORGED = {
    "nothing": b"",
    "no magic": b"x" * 64,
    "a pickle": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",
    "a header that is cut off": PREFIX.pack(MAGIC, 100, 0) + b"{}",
    "a huge header": PREFIX.pack(MAGIC, 1 << 31, 0) + b"{}",
    "data that is cut off": written({"kind": "feature"}, b"x" * 40, announced=48),
    "a header that is a list": written([]),
    "a header that is no JSON": written(b"{'kind'}"),
    "a header that is no text": written(b"\xff\xfe"),
    "a deep header": written(b"[" * 100_000),
    "a number of many digits": written(b'{"kind": "table", "rows": ' + b"9" * 10_000 + b"}"),
    "NaN in the header": written(b'{"kind": "table", "rows": NaN}'),
    "another kind": written({"kind": "pickle"}, b"x" * 48),
    "a feature that is short": written({"kind": "feature"}, b"\0" * 40),
    "a feature that is long": written({"kind": "feature"}, b"\0" * 56),
    "an infinite feature": written({"kind": "feature"}, np.full(6, np.inf).tobytes()),
    "a number of 4 bytes": written({"kind": "number", "type": "float"}, b"\0" * 4),
    "a number of another type": written({"kind": "number", "type": "object"}, b"\0" * 8),
    "a number of no type": written({"kind": "number", "type": ["float"]}, b"\0" * 8),
    "rows below zero": written(table(column(), rows=-1), b"\0" * 8),
    "rows that are a truth value": written(table(column(), rows=True), b"\0" * 8),
    "rows that are a fraction": written(table(column(), rows=1.0), b"\0" * 8),
    "more rows than bytes": written(table(column(), rows=10**9), b"\0" * 8),
    "more index than columns": written(table(column(), index=2), b"\0" * 8),
    "columns that are no list": written({"kind": "table", "rows": 0, "index": 0, "columns": "ab"}),
    "a column that is no object": written({"kind": "table", "rows": 0, "index": 0, "columns": [1]}),
    "an object column": written(table(column("object")), b"\0" * 8),
    "a column type that is a list": written(table(column(["float"])), b"\0" * 8),
    "a column longer than the data": written(table(column(size=16)), b"\0" * 8),
    "bytes left over": written(table(column()), b"\0" * 16),
    "a column of the wrong length": written(table(column(size=4)), b"\0" * 4),
    "text with a negative length": written(table(column("text", 4)), np.array([-2], "<i4").tobytes()),
    "text longer than it is": written(table(column("text", 5)), np.array([9], "<i4").tobytes() + b"x"),
    "text of vast lengths": written(table(column("text", 8), rows=2), np.full(2, 2**31 - 1, "<i4").tobytes()),
    "text that is not UTF-8": written(table(column("text", 5)), np.array([1], "<i4").tobytes() + b"\xff"),
    "text cut inside a letter": written(
        table(column("text", 10), rows=2), np.array([1, 1], "<i4").tobytes() + "é".encode()
    ),
    "a huge figure": written({"kind": "figure"}, b'{"data": [' + b"{}," * (6 << 20) + b"{}]}"),
    "a thousand and one columns": written(table(*[column(size=0)] * 1001, rows=0)),
    "a figure that is a list": written({"kind": "figure"}, b"[]"),
    "a figure with more": written({"kind": "figure"}, b'{"data": [], "frames": []}'),
    "a figure with NaN": written({"kind": "figure"}, b'{"data": [{"y": [NaN]}]}'),
    "a figure with traces that are none": written({"kind": "figure"}, b'{"data": [1]}'),
    "a deep figure": written({"kind": "figure"}, b'{"data": [{"x": ' + b"[" * 60 + b"]" * 60 + b"}]}"),
    "an error of no kind": written({"kind": "error", "error": "x", "message": "", "line": 0, "column": 0}),
    "an error on no line": written({"kind": "error", "error": "crashed", "message": "", "line": "1", "column": 0}),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_answer_is_refused(name: str) -> None:
    with pytest.raises(SandboxFailure) as refused:
        judged(FORGED[name])
    assert len(refused.value.message) < 400


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(policy=False) as made:
        yield made


@pytest.mark.parametrize("name", ["a feature that is short", "a pickle", "a deep header", "an object column"])
def test_a_forged_answer_of_a_real_child_is_refused(box: Sandbox, name: str) -> None:
    source = f"import os\nos.write(3, {FORGED[name]!r})\nos._exit(0)"
    with pytest.raises(Stopped) as stopped:
        box.script(source, {})
    assert stopped.value.reason == "output"


def test_labels_are_the_parents_own(box: Sandbox) -> None:
    forged = written({"kind": "feature", "index": ["x"], "columns": ["evil"]}, np.arange(6.0).tobytes())
    source = f"import os\nos.write(3, {forged!r})\nos._exit(0)"
    value = box.feature(source, {"close": LIKE}).value
    assert value.index is LIKE.index or value.index.identical(LIKE.index)
    assert list(value.columns) == ["A", "B"]
    assert value["B"].tolist() == [3.0, 4.0, 5.0]


def test_an_answer_of_another_kind_is_no_feature(box: Sandbox) -> None:
    forged = written({"kind": "number", "type": "float"}, b"\0" * 8)
    with pytest.raises(Stopped, match="no feature"):
        box.feature(f"import os\nos.write(3, {forged!r})\nos._exit(0)", {"close": LIKE})


HONEST = (
    pack(feature_answer(LIKE, LIKE)),
    pack(script_answer(1.5)),
    pack(script_answer(pd.DataFrame({"t": ["a", None], "f": [1.0, np.nan], "d": LIKE.index[:2]}).set_index("t"))),
    pack(script_answer({"data": [{"x": [1, 2]}], "layout": {"title": "a"}})),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(HONEST), st.data())
def test_no_spoilt_answer_does_more_than_fail(parts: list[bytes | memoryview], data: st.DataObject) -> None:
    raw = bytearray(b"".join(parts))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    try:
        value = judged(bytes(raw))
    except SandboxFailure:
        return
    assert isinstance(value, (pd.DataFrame, float, int, bool, dict))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_do_more_than_fail(header: bytes, data: bytes) -> None:
    try:
        judged(written(header, data))
    except SandboxFailure:
        return


@pytest.mark.parametrize(
    "kind", [f"{form}[{unit}]" for form in ("time", "utc") for unit in ("s", "ms", "us", "ns")]
)
def test_times_that_no_calendar_has(kind: str) -> None:
    ends = np.array([np.iinfo(np.int64).min, np.iinfo(np.int64).max, np.iinfo(np.int64).min + 1, 0], "<i8")
    raw = written(table(column(kind, 32), column(kind, 32), rows=4, index=1), ends.tobytes() * 2)
    value = judged(raw)
    assert isinstance(value, pd.DataFrame)
    assert len(value) == 4


@given(st.text())
def test_a_line_is_a_line(text: str) -> None:
    line = one_line(text, 80)
    assert len(line) <= 80
    assert line.isprintable()
