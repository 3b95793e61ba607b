"""The guards of loops, unpacking and spreading: only what is of a listed, exact type is walked."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from sandbox.kinds import GROUP_KEYS, GROUPED, INDEXES, NAMES, WINDOWS
from sandbox.refusal import refusal

_CONTAINERS: tuple[type, ...] = (
    *(list, tuple, dict, set, frozenset, str, range, enumerate, zip, map, filter, types.GeneratorType),
    *(type({}.keys()), type({}.values()), type({}.items()), type(iter([])), type(iter({})), type(iter(""))),
    *(pd.DataFrame, pd.Series, np.ndarray, GROUP_KEYS, NAMES, *INDEXES, *GROUPED, *WINDOWS),
)
ITERABLE = frozenset(_CONTAINERS)


def iterate(value: Any) -> Iterable[Any]:
    """Return the value where it is of a type that may be walked.

    Raises:
        Refusal: it is not.
    """
    if type(value) in ITERABLE or is_named_tuple(value):
        walked: Iterable[Any] = value
        return walked
    raise refusal("this value cannot be looped over or unpacked; use a list, a dictionary, a Series or a DataFrame")


def walk(value: Any) -> Iterator[Any]:
    """Return an iterator over the value, checked as in `iterate`."""
    return iter(iterate(value))


def mapping(value: Any) -> dict[Any, Any]:
    """Return the value where it is a dictionary; the guard of `{**x}`."""
    if type(value) is dict:
        return value
    raise refusal("only a dictionary can be spread with `**`")


def is_named_tuple(value: object) -> bool:
    """Whether it is a row of `itertuples`: the only classes made at run time are pandas' named tuples."""
    return isinstance(value, tuple) and type(value).__bases__ == (tuple,) and "_fields" in vars(type(value))
