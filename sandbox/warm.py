"""Loads, before any fork, all that a child will need: once it is confined it can open no file, so import nothing.

Most of pandas loads its parts at the first use. With the policy on, the guard calls every method it allows; what is
here are the ways in and out, and the paths that plain pandas code takes most.
"""

from __future__ import annotations

import gc
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd

from sandbox.answer import pack, script_answer
from sandbox.child import answer
from sandbox.limits import Limits
from sandbox.wire import Job, read, write

LARGEST_BLOCK = 24 << 20  # bytes; glibc takes what is no larger than a block freed before from memory it keeps
REHEARSAL = "def feature(bars):\n    close = bars['close']\n    return close / close.rolling(2).mean() - 1\n"


def _frames() -> dict[str, pd.DataFrame]:
    index = pd.date_range("2000-01-03", periods=8, name="ts")
    close = pd.DataFrame({"A": np.arange(1.0, 9.0), "B": np.arange(2.0, 10.0)}, index=index)
    mixed = pd.DataFrame({"text": ["a", None], "time": index[:2].tz_localize("UTC"), "whole": [1, 2]})
    return {"close": close, "mixed": mixed}


def _there_and_back() -> None:
    inputs = _written(Job("script", "", _frames() | {"series": _frames()["close"]["A"]}, Limits()))
    both: dict[str, Any] = dict(read(bytearray(inputs)).inputs)
    pack(script_answer(both["mixed"].set_index("text")))
    pack(script_answer({"data": [{"x": both["close"].index, "y": both["close"]["A"]}], "layout": {}}))


def _written(job: Job) -> bytes:
    file = BytesIO()
    write(job, file)
    return file.getvalue()


@cache
def _rehearsal() -> bytes:
    close = _frames()["close"]
    bars = dict.fromkeys(("open", "high", "low", "close", "volume"), close)
    return _written(Job("feature", REHEARSAL, {"bars": bars}, Limits()))


def _plain_pandas() -> None:
    close = _frames()["close"]
    close.ewm(span=3).mean().rank(axis=1).pct_change().shift().fillna(0.0).corr()
    close.resample("2D").last().describe()
    close.groupby(close.index.weekday).mean().sort_values("A").to_string()
    close.reset_index().melt("ts").pivot_table(index="ts", columns="variable", values="value")
    pd.concat([close, close]).merge(close, on="A").rolling(3).std()


def touch(*, policy: bool) -> None:
    """Answer a small job: what every call writes to, a child then has as its own before its job comes.

    A reference count is a write, so the first call of a function in a forked process copies pages.
    """
    answer(read(bytearray(_rehearsal())), policy=policy)


def warm(*, policy: bool) -> None:
    """Load and call everything once, then hide it from the collector: what it does not touch, a fork shares."""
    _there_and_back()
    _plain_pandas()
    if policy:
        from sandbox import guard

        guard.warm()
    touch(policy=policy)
    np.empty(LARGEST_BLOCK, np.uint8)
    gc.freeze()
    gc.enable()
