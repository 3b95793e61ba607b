"""Prints, as JSON, what calling every allowed name and the benign code imports after `guard.warm()`."""

from __future__ import annotations

import contextlib
import json
import sys
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
from benign_code import BENIGN, bars

from sandbox import guard
from sandbox.facade import Facade, names_of
from sandbox.policy import compile_source
from sandbox.refusal import Refusal


def _subjects() -> list[object]:
    close = bars()["close"]
    index = close.index
    groups = close.groupby(index.month)
    times = index.to_series()
    return [
        *(
            close,
            close["AAA"],
            close.to_numpy().copy(),
            close.dtypes.iloc[0],
            np.float64(1),
            index[0],
            pd.Timedelta("1D"),
        ),
        *(
            index,
            index - index[0],
            index.to_period("D"),
            pd.RangeIndex(3),
            pd.Index(["a"]),
            pd.CategoricalIndex(["a"]),
        ),
        *(
            pd.MultiIndex.from_product([[1, 2], ["a"]]),
            pd.Index([pd.Interval(0, 1)]),
            pd.Period("2020", "D"),
            pd.NaT,
        ),
        *(times.dt, (times - index[0]).dt, index.to_period("D").to_series().dt, pd.Series(["a"]).str),
        *(pd.Series(["a"], dtype="category").cat, close.rolling(3), close["AAA"].rolling(3), close.expanding(3)),
        *(close.ewm(span=3), groups, groups["AAA"], groups.rolling(2), groups.ewm(span=2), groups.expanding()),
        *(close.resample("W"), groups.resample("W"), "a", [1], {"a": 1}, {1}, 1.0),
    ]


def _callables(facade: Facade) -> Iterator[object]:
    for value in names_of(facade).values():
        yield value
        if isinstance(value, Facade):
            yield from _callables(value)


def _try(function: object) -> None:
    close = bars(40)["close"]
    arguments = (
        (),
        (1,),
        ("a",),
        ("2020-01-01",),
        (["03 Jan 2020 10:00"],),
        (close,),
        (close, close),
        (close["AAA"],),
        ([close],),
    )
    for given in arguments:
        with contextlib.suppress(Exception, Refusal):
            function(*given)


def main() -> None:
    """Call everything."""
    warnings.simplefilter("ignore")
    subjects = _subjects()
    guard.warm()
    before = set(sys.modules)
    for subject in subjects:
        for kind, name in guard.allowed_names():
            if kind is type(subject):
                with contextlib.suppress(Exception, Refusal):
                    _try(guard.attribute(subject, name))
    for module in ("pandas", "numpy", "math"):
        for function in _callables(guard.module(module)):
            _try(function)
    for source in BENIGN.values():
        exec(compile_source(source), guard.namespace({"bars": bars()}))
    json.dump(sorted(set(sys.modules) - before), sys.stdout)


if __name__ == "__main__":
    main()
