"""Which names each exact type has, and the rule of each. A subclass is another type, and has none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from sandbox import allow_numpy, kinds
from sandbox import allow_pandas as allowed
from sandbox.rules import Callback, Compiled, Dated, Rule, limited

Names = Mapping[str, Rule]

_APPLY = Callback(positional=2, named_results=True)
_FUNCTION_ONLY = Callback(positional=1, text=False)
_STATISTIC = limited(1, "numeric_only ddof min_count skipna")
_NUMPY_TYPE = limited(1, "dtype copy na_value", dtype_at=0, times=False)
_CONVERTING: dict[str, Rule] = {
    "astype": limited(1, "dtype copy errors", dtype_at=0),
    "to_numpy": _NUMPY_TYPE,
    "map": Callback(positional=2, parameters=("func", "arg"), text=False, lookup=True),
}
_SHARED: dict[str, Rule] = {
    **_CONVERTING,
    **dict.fromkeys(allowed.APPLYING, _APPLY),
    "pipe": Callback(positional=3, text=False),
    "combine": Callback(positional=2, place=1, text=False),
    "resample": Dated(),
    "rolling": limited(2, "window min_periods center on closed step"),
    "interpolate": limited(0, "axis limit limit_direction limit_area"),
    "to_dict": limited(1, "orient index"),
}
_FRAME: dict[str, Rule] = {
    **_SHARED,
    "pivot_table": Callback(positional=3, parameters=("aggfunc",), place=3),
    "corr": limited(1, "method min_periods numeric_only"),
    "corrwith": limited(2, "other axis drop numeric_only"),
}
_SERIES: dict[str, Rule] = {
    **_SHARED,
    "to_dict": limited(0),
    "corr": limited(1, "other min_periods"),
}
_NAMED_DAYS: dict[str, Rule] = dict.fromkeys(allowed.WITHOUT_ARGUMENTS, limited(0))
_WINDOW: dict[str, Rule] = {
    **dict.fromkeys(allowed.STATISTICS_WITH_ENGINES, _STATISTIC),
    "apply": Callback(positional=2, text=False),
    "agg": _APPLY,
    "aggregate": _APPLY,
}
_GROUPS: dict[str, Rule] = {
    **_WINDOW,
    **dict.fromkeys(allowed.APPLYING, _APPLY),
    "pipe": Callback(positional=3, text=False),
    "filter": _FUNCTION_ONLY,
    "rolling": _SHARED["rolling"],
    "resample": Dated(),
}
_ARRAY: dict[str, Rule] = {
    **{
        name: limited(positional, keywords, times=False)
        for names, positional, keywords in allow_numpy.ARRAY_METHODS
        for name in names.split()
    },
    "astype": limited(1, "dtype copy", dtype_at=0, times=False),
}
_TEXTS: dict[str, Rule] = {"replace": limited(2, "pat repl n case flags regex")}


def _names(plain: Iterable[str], rules: Mapping[str, Rule] | None = None) -> dict[str, Rule]:
    return dict.fromkeys(plain) | dict(rules or {})


def _compiled(plain: Iterable[str], rules: Mapping[str, Rule] | None = None) -> dict[str, Rule]:
    return dict.fromkeys(plain, Compiled()) | dict(rules or {})


def _indexes() -> dict[type, Names]:
    dated = _CONVERTING | _NAMED_DAYS
    return {
        pd.Index: _names(allowed.INDEX, _CONVERTING),
        pd.RangeIndex: _names(allowed.RANGE_INDEX, _CONVERTING),
        pd.DatetimeIndex: _names(allowed.DATETIME_INDEX, dated),
        pd.TimedeltaIndex: _names(allowed.TIMEDELTA_INDEX, _CONVERTING),
        pd.PeriodIndex: _names(allowed.PERIOD_INDEX, _CONVERTING),
        pd.MultiIndex: _names(allowed.MULTI_INDEX, _CONVERTING),
        pd.CategoricalIndex: _names(allowed.CATEGORICAL_INDEX, _CONVERTING),
        pd.IntervalIndex: _names(allowed.INTERVAL_INDEX, _CONVERTING),
        kinds.NAMES: _names(()),
    }


def _accessors() -> dict[type, Names]:
    return {
        kinds.DATETIMES: _names(allowed.DATETIMES, _NAMED_DAYS),
        kinds.TIMEDELTAS: _names(allowed.TIMEDELTAS),
        kinds.PERIODS: _names(allowed.PERIODS),
        kinds.TEXTS: _names(allowed.STRINGS, _TEXTS),
        kinds.CATEGORIES: _names(allowed.CATEGORIES),
        **{kind: {} for kind in kinds.INDEXERS},
    }


def _windows() -> dict[type, Names]:
    rolling = _names(allowed.ROLLING, _WINDOW)
    moving = _names(
        allowed.EWM, {name: rule for name, rule in _WINDOW.items() if name in allowed.EWM or name[:3] == "agg"}
    )
    resampled = _names(allowed.RESAMPLED, _GROUPS)
    table = {
        **dict.fromkeys((kinds.ROLLING, kinds.ROLLING_GROUPS, kinds.EXPANDING, kinds.EXPANDING_GROUPS), rolling),
        **dict.fromkeys((kinds.MOVING, kinds.MOVING_GROUPS), moving),
        kinds.FRAME_GROUPS: _names(allowed.FRAME_GROUPS, _GROUPS),
        kinds.SERIES_GROUPS: _names(allowed.SERIES_GROUPS, _GROUPS),
        kinds.RESAMPLED: resampled,
        kinds.RESAMPLED_GROUPS: resampled,
    }
    # the rules are shared by kinds of which some lack a method (`prod` of a window, `filter` of a resampling)
    return {
        kind: {name: rule for name, rule in names.items() if hasattr(kind, name)} for kind, names in table.items()
    }


def _scalars() -> dict[type, Names]:
    table: dict[type, Names] = {
        kind: _compiled(name for name in allow_numpy.SCALAR if hasattr(kind, name)) for kind in kinds.NUMBERS
    }
    return table | {
        pd.Timestamp: _compiled(allowed.TIMESTAMP, _NAMED_DAYS),
        pd.Timedelta: _compiled(allowed.TIMEDELTA),
        pd.Period: _compiled(allowed.PERIOD),
        pd.Interval: _compiled(allowed.INTERVAL),
        type(pd.NaT): _compiled(allowed.TIMESTAMP & frozenset(dir(pd.NaT)), _NAMED_DAYS),
        dt.date: _compiled(allowed.DATE),
        dt.time: _compiled(allowed.TIME),
    }


def _python() -> dict[type, Names]:
    return {
        str: _names(allow_numpy.TEXT),
        np.str_: _names(allow_numpy.TEXT),
        list: _names(allow_numpy.LIST),
        dict: _names(allow_numpy.DICT),
        kinds.GROUP_KEYS: _names(("get", "items", "keys", "values")),
        set: _names(allow_numpy.SET),
        frozenset: _names(allow_numpy.SET - frozenset(("add", "clear", "discard", "pop", "remove", "update"))),
        tuple: _names(allow_numpy.TUPLE),
        int: _names(allow_numpy.INTEGER),
        bool: _names(allow_numpy.INTEGER),
        float: _names(allow_numpy.FLOAT),
        complex: _names(allow_numpy.COMPLEX),
    }


def attribute_table() -> dict[type, Names]:
    """Return the names of every type that generated code can meet."""
    table: dict[type, Names] = {
        pd.DataFrame: _names(allowed.FRAME, _FRAME),
        pd.Series: _names(allowed.SERIES, _SERIES),
        np.ndarray: _compiled(allow_numpy.ARRAY, _ARRAY),
    }
    table |= {
        type(np.dtype(kind)): _names(allow_numpy.DTYPE) for kind in ("f8", "f4", "i8", "i4", "?", "O", "M8[ns]")
    }
    return table | _indexes() | _accessors() | _windows() | _scalars() | _python()
