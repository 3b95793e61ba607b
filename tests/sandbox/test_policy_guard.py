"""The tables, the guards one by one, and what they say."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import allow_numpy, allow_pandas, guard
from sandbox.errors import Rejected
from sandbox.facade import Facade, names_of
from sandbox.policy import compile_source
from sandbox.refusal import Refusal, refusals

HERE = Path(__file__).parent


def _run(source: str, **inputs: object) -> object:
    with refusals():
        names = guard.namespace(inputs)
        exec(compile_source(source), names)
    return names.get("result")


def test_every_allowed_name_exists_and_is_public() -> None:
    for kind, name in guard.allowed_names():
        assert hasattr(kind, name), (kind, name)
        assert not name.startswith("_")


def test_nothing_dangerous_is_in_a_table() -> None:
    banned = allow_pandas.words("""
        eval query style plot hist boxplot sample to_csv to_pickle to_parquet to_json to_sql to_hdf to_string
        to_html
        to_excel to_clipboard to_feather to_xarray tofile dump dumps tobytes ctypes data base view setflags
        resize
        byteswap strides flat format format_map obj mro attrs flags now today utcnow fromtimestamp set_levels
        set_codes from_codes indices array encode decode translate gi_frame f_back
    """)
    assert not {name for _, name in guard.allowed_names()} & banned


def test_nothing_dangerous_is_in_a_facade() -> None:
    def names(facade: Facade) -> set[str]:
        inner = [names(value) for value in names_of(facade).values() if isinstance(value, Facade)]
        return set(names_of(facade)).union(*inner)

    offered = names(guard.module("pandas")) | names(guard.module("numpy")) | names(guard.module("math"))
    banned = allow_pandas.words("""
        eval io core compat options set_option test testing random load save memmap fromfile frombuffer
        f2py now today
    """)
    assert not offered & banned
    assert not [name for name in offered if name.startswith(("read_", "to_")) and name not in _CONVERSIONS]


_CONVERSIONS = {"to_datetime", "to_numeric", "to_timedelta"}


def test_no_facade_hands_out_a_module() -> None:
    import types

    def values(facade: Facade) -> list[object]:
        found = list(names_of(facade).values())
        return found + [inner for value in found if isinstance(value, Facade) for inner in values(value)]

    for name in ("pandas", "numpy", "math"):
        assert not [value for value in values(guard.module(name)) if isinstance(value, types.ModuleType)]


def test_a_subclass_has_no_names() -> None:
    class Frame(pd.DataFrame):
        pass

    class Text(str):
        __slots__ = ()

    with pytest.raises(Refusal):
        guard.attribute(Frame({"a": [1.0]}), "head")
    with pytest.raises(Refusal):
        guard.attribute("a", Text("upper"))
    with pytest.raises(Refusal):
        guard.writable(Frame({"a": [1.0]}))
    with pytest.raises(Refusal):
        guard.iterate(Text("abc"))
    with pytest.raises(Refusal):
        guard.mapping(type("D", (dict,), {})())


@given(
    st.text(max_size=30),
    st.sampled_from([1, "a", [1], {}, None, pd.Timestamp(0), np.float64(1), guard.module("numpy")]),
)
def test_an_underscore_is_never_passed(name: str, value: object) -> None:
    with pytest.raises(Refusal):
        guard.attribute(value, "_" + name)


@settings(max_examples=300)
@given(st.text(alphabet="abx_.=()[]{}:,'\"+-*/%@\n 0123456789\0\ud800ﬀ" + "lambdforintyexcp", max_size=60))
def test_any_text_compiles_or_is_rejected(source: str) -> None:
    with contextlib.suppress(Rejected):
        compile_source(source)


@given(st.lists(st.sampled_from(["x", "x[0]", "x.y", "(x, y)", "[x, y]", "*x", "f(x)"]), min_size=1, max_size=3))
def test_any_target_compiles_or_is_rejected(targets: list[str]) -> None:
    for template in ("{} = 1", "for {} in z: pass", "z = [1 for {} in z]", "{} += 1", "del {}"):
        with contextlib.suppress(Rejected):
            compile_source(template.format(", ".join(targets)))


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("x = 1\n\nopen('x')", 3, "files cannot be read"),
        ("def f():\n    import os\n", 2, "`os` cannot be imported; only pandas, numpy, math"),
        ("x = 1\ny = x.__class__", 2, "underscore"),
        ("x = [1]\ny = x.uper()", 2, "a list has no `.uper`"),
        ("x = 'a'\ny = x.uper()", 2, "did you mean `.upper`?"),
        ("x = {'close': 1}\ny = x.close", 2, "write ['close']"),
        ("def f(x):\n    return x.agg('to_csv')\nresult = f(pd.Series([1.0]))", 2, "does not know 'to_csv'"),
    ],
)
def test_a_refusal_names_line_and_remedy(source: str, line: int, words: str) -> None:
    with pytest.raises(Rejected) as refused:
        _run(source)
    assert refused.value.line == line
    assert refused.value.message.startswith(f"line {line}: ")
    assert words in refused.value.message


def test_a_refusal_inside_a_swallowing_library_still_ends_the_call() -> None:
    def swallow(function: object) -> float:
        try:
            function()
        except BaseException:  # noqa: BLE001  what compiled code of pandas could do
            return 1.0
        return 2.0

    with pytest.raises(Rejected, match="to_csv"):
        _run("result = swallow(lambda: pd.Series([1.0]).to_csv('x'))", swallow=swallow)


def test_a_namespace_is_fresh() -> None:
    first, second = guard.namespace({}), guard.namespace({})
    assert first["__builtins__"] is not second["__builtins__"]
    missing = {
        "__import__",
        "id",
        "hash",
        "setattr",
        "getattr",
        "type",
        "object",
        "open",
        "BaseException",
        "_apply_",
    }
    assert not missing & set(first["__builtins__"])


def test_numbers_of_arguments_of_ufuncs_are_their_inputs() -> None:
    numpy = names_of(guard.module("numpy"))
    for name in allow_numpy.UFUNCS:
        call = numpy[name]
        with pytest.raises(Refusal):
            call(*[np.ones(1)] * (getattr(np, name).nin + 1))


def test_nothing_is_left_to_import() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", HERE / "late_imports.py"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(HERE.parent.parent)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == []
