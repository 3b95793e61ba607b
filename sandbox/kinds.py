"""The exact types of what pandas hands out. Taken from real objects: pandas moves and renames its classes."""

from __future__ import annotations

import numpy as np
import pandas as pd

_INDEX = pd.date_range("2020-01-01", periods=3)
_FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0], "g": [1.0, 1.0, 2.0]}, index=_INDEX)
_GROUPS = _FRAME.groupby("g")
_TIMES = _INDEX.to_series()

ROLLING = type(_FRAME.rolling(2))
EXPANDING = type(_FRAME.expanding())
MOVING = type(_FRAME.ewm(span=2))
ROLLING_GROUPS = type(_GROUPS.rolling(2))
EXPANDING_GROUPS = type(_GROUPS.expanding())
MOVING_GROUPS = type(_GROUPS.ewm(span=2))
FRAME_GROUPS = type(_GROUPS)
SERIES_GROUPS = type(_GROUPS["a"])
RESAMPLED = type(_FRAME.resample("D"))
RESAMPLED_GROUPS = type(_GROUPS.resample("D"))
GROUP_KEYS = type(_GROUPS.groups)
NAMES = type(_INDEX.names)

TEXTS = type(pd.Series(["a"]).str)
DATETIMES = type(_TIMES.dt)
TIMEDELTAS = type((_TIMES - _INDEX[0]).dt)
PERIODS = type(_INDEX.to_period("D").to_series().dt)
CATEGORIES = type(pd.Series(["a"], dtype="category").cat)
INDEXERS: tuple[type, ...] = tuple(type(indexer) for indexer in (_FRAME.loc, _FRAME.iloc, _FRAME.at, _FRAME.iat))
INDEXES: tuple[type, ...] = (
    *(pd.Index, pd.RangeIndex, pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex, pd.MultiIndex),
    *(pd.CategoricalIndex, pd.IntervalIndex),
)
NUMBERS: tuple[type, ...] = (
    *(np.float64, np.float32, np.int64, np.int32, np.int16, np.int8),
    *(np.uint8, np.uint16, np.uint32, np.uint64, np.bool_),
)
WINDOWS = (ROLLING, EXPANDING, MOVING, ROLLING_GROUPS, EXPANDING_GROUPS, MOVING_GROUPS)
GROUPED = (FRAME_GROUPS, SERIES_GROUPS, RESAMPLED, RESAMPLED_GROUPS)
