"""The `np` and `math` of generated code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from sandbox import allow_numpy as allowed
from sandbox.arguments import checked_text
from sandbox.facade import Facade
from sandbox.refusal import refusal
from sandbox.rules import Function, limited


def _functions(table: tuple[tuple[str, int, str], ...], owner: Any) -> dict[str, object]:
    return {
        name: limited(positional, keywords, times=False).bind(getattr(owner, name), name)
        for names, positional, keywords in table
        for name in names.split()
    }


def _ufunc(name: str) -> object:
    """Return a ufunc that takes its inputs and nothing else; some can accumulate."""
    ufunc: np.ufunc = getattr(np, name)
    call = limited(ufunc.nin).bind(ufunc, name)
    if name not in allowed.ACCUMULATING:
        return call
    names = {"accumulate": limited(2, "axis").bind(ufunc.accumulate, "accumulate")}
    names["reduce"] = limited(2, "axis").bind(ufunc.reduce, "reduce")
    return Facade(f"np.{name}", names, call)


def _without_time_text(function: Function, name: str) -> Function:
    """Wrap what builds arrays from anything: numpy reads the clock where it turns the text "now" into a time."""
    inner = limited(3, "dtype copy fill_value ndmin", dtype_at=_DTYPE_PLACES[name], times=False).bind(
        function, name
    )

    def call(*args: Any, **named: Any) -> Any:
        for value in (*args, *named.values()):
            if name.startswith("full"):
                checked_text(value)
        return inner(*args, **named)

    call.__name__ = name
    return call


_DTYPE_PLACES = {"array": 1, "asarray": 1, "full": 2, "full_like": 2}


def _arange(*args: Any, **named: Any) -> Any:
    """Return `np.arange`; between dates it would read text itself, "now" and "today" too."""
    for value in (*args, *named.values()):
        if isinstance(value, str) or type(value) is np.ndarray:
            raise refusal("`np.arange` takes numbers and dates such as np.datetime64('2020-01-31'), not text")
    return _plain_arange(*args, **named)


_plain_arange = limited(3, "dtype start stop step", times=False).bind(np.arange, "arange")


def _datetime64(value: Any, unit: str = "", /) -> np.datetime64:
    if type(value) not in (str, int, np.datetime64):
        raise refusal("`np.datetime64` takes a date as text, for example np.datetime64('2020-01-31')")
    checked_text(value)
    make: Function = np.datetime64
    made: np.datetime64 = make(value, unit) if unit else make(value)
    return made


def _windows() -> Facade:
    view = limited(3, "axis").bind(np.lib.stride_tricks.sliding_window_view, "sliding_window_view")
    return Facade("np.lib", {"stride_tricks": Facade("np.lib.stride_tricks", {"sliding_window_view": view})})


def numpy_facade() -> Facade:
    """Return what `import numpy as np` gives."""
    names: dict[str, object] = {name: getattr(np, name) for name in allowed.CONSTANTS | allowed.NUMBERS}
    names |= {name: _ufunc(name) for name in allowed.UFUNCS}
    names |= _functions(allowed.FUNCTIONS, np)
    names |= {name: _without_time_text(getattr(np, name), name) for name in allowed.TYPED_FUNCTIONS}
    names |= {name: limited(2, "dtype", 1, times=False).bind(getattr(np, name), name) for name in allowed.ZEROS}
    names["arange"] = _arange
    # memory that is not cleared would make results differ from run to run, and show what was there before
    names["empty"] = limited(2, "dtype", 1, times=False).bind(np.zeros, "empty")
    names["empty_like"] = limited(2, "dtype", 1, times=False).bind(np.zeros_like, "empty_like")
    names |= {
        name: Facade(f"np.{name}", kind=getattr(np, name)) for name in ("ndarray", "number", "floating", "integer")
    }
    names["datetime64"] = Facade("np.datetime64", call=_datetime64, kind=np.datetime64)
    names["timedelta64"] = Facade(
        "np.timedelta64", call=limited(2).bind(np.timedelta64, "timedelta64"), kind=np.timedelta64
    )
    names["linalg"] = Facade("np.linalg", _functions(allowed.LINALG, np.linalg))
    names["fft"] = Facade("np.fft", _functions(allowed.FFT, np.fft))
    names["lib"] = _windows()
    return Facade("np", names)


def math_facade() -> Facade:
    """Return what `import math` gives; all of it is arithmetic."""
    names: Mapping[str, object] = {name: getattr(math, name) for name in allowed.MATH}
    return Facade("math", names)
