"""Everything a quant writes runs under the policy, and gives the values of plain Python."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from benign_code import BENIGN, bars

from sandbox.guard import namespace
from sandbox.policy import compile_source
from sandbox.refusal import refusals


def _plain(source: str) -> Any:
    names: dict[str, Any] = {"bars": bars(), "pd": pd, "np": np, "math": math}
    exec(compile(source, "plain", "exec"), names)
    return names["result"]


def _guarded(source: str) -> Any:
    with refusals():
        names = namespace({"bars": bars()})
        exec(compile_source(source), names)
    return names["result"]


def _same(left: Any, right: Any) -> None:
    if isinstance(left, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right)
    elif isinstance(left, pd.Series):
        pd.testing.assert_series_equal(left, right)
    else:
        assert left == right


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", BENIGN)
def test_gives_the_values_of_plain_python(name: str) -> None:
    _same(_guarded(BENIGN[name]), _plain(BENIGN[name]))


def test_there_are_enough_of_them() -> None:
    assert len(BENIGN) >= 40
