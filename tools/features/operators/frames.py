"""The frames an expression starts from and ends with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from tools.features.operators.fold import Array
from tools.features.panel import Panel

Operand: TypeAlias = "pd.DataFrame | float"


def values_of(operand: Operand) -> Array:
    """Return the numbers of a frame as bars x symbols; a plain number as an array without axes."""
    return np.asarray(operand, dtype=float)


def framed(values: Array, like: pd.DataFrame) -> pd.DataFrame:
    """Put the labels of `like` on an array of its shape, without a copy."""
    return pd.DataFrame(values, index=like.index, columns=like.columns, copy=False)


def first_frame(operands: Sequence[Operand]) -> pd.DataFrame:
    """Return the first operand that is a frame: at least one is."""
    return next(operand for operand in operands if isinstance(operand, pd.DataFrame))


def typical(panel: Panel) -> pd.DataFrame:
    """Return the typical price, (high + low + close) / 3: what a daily bar has in place of a VWAP."""
    return (panel.high + panel.low + panel.close) / 3


def market(panel: Panel) -> pd.DataFrame:
    """Return the closes of the index, the same in every column.

    Raises:
        NoData: the panel has no index.
    """
    closes = panel.index_closes("`market`").to_numpy(dtype=float)
    return framed(np.repeat(closes[:, None], panel.close.shape[1], axis=1), panel.close)


def settled(values: pd.DataFrame, panel: Panel, warmup: int) -> pd.DataFrame:
    """Return `values` without each symbol's first `warmup` bars, and NaN where a value is infinite."""
    known = panel.close.notna().to_numpy().cumsum(axis=0) > warmup
    found = values.to_numpy(dtype=float)
    return framed(np.where(known & np.isfinite(found), found, np.nan), panel.close)
