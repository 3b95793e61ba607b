"""Closes, in the process that runs generated code, what no guard on names can close. Called once, never undone.

pandas looks up a label of a Series when it is asked for an attribute it does not have, and numpy asks every object
for `__array_interface__`: a Series with that label would hand numpy a raw memory address. The clock is reached
through the text "now" and a bare time of day wherever pandas reads text as a time, a file through the name of a
time zone.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from pandas._libs import tslib
from pandas._libs.tslibs import timezones
from pandas.arrays import DatetimeArray
from pandas.core.generic import NDFrame

from sandbox.arguments import checked_text
from sandbox.refusal import refusal

ZONES = (
    "UTC",
    "America/New_York",
    "America/Chicago",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Tokyo",
    "Asia/Hong_Kong",
)
_label_as_attribute = NDFrame.__getattr__
_text_as_time = DatetimeArray._scalar_from_string  # noqa: SLF001  there is no public place to ask
_kept_zones: list[object] = []


def harden() -> None:
    """Patch this process's pandas; warnings are dropped, since telling one opens files."""
    NDFrame.__getattr__ = _public_label
    for name in ("now", "today", "utcnow"):
        setattr(pd.Timestamp, name, classmethod(_no_clock))
    DatetimeArray._scalar_from_string = _scalar_from_dated_text  # noqa: SLF001  the one place that compares and writes
    for name in ("array_to_datetime", "array_to_datetime_with_tz"):
        setattr(tslib, name, _of_dated_texts(getattr(tslib, name)))
    timezones.dateutil_gettz = _no_zone_file
    _kept_zones.extend(pd.Timestamp("2020-01-01", tz=zone) for zone in ZONES)
    with contextlib.suppress(ZoneInfoNotFoundError):
        ZoneInfo("Nowhere")  # imports the last place where zones are looked for
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")


def _public_label(self: NDFrame, name: str) -> Any:
    """Return the column or element called `name`, unless Python, numpy or pandas may give the name a meaning."""
    if name.startswith("_"):
        raise AttributeError(name)
    return _label_as_attribute(self, name)


def _scalar_from_dated_text(self: DatetimeArray, value: str) -> Any:
    """Return the time that text means, where it does not mean the present."""
    checked_text(value)
    return _text_as_time(self, value)


def _of_dated_texts(parse: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap what turns an array of texts into times: it puts a bare time of day on the present day."""

    def call(values: Any, *args: Any, **named: Any) -> Any:
        for value in values.flat:
            checked_text(value)
        return parse(values, *args, **named)

    return call


def _no_clock(*_args: object, **_named: object) -> NoReturn:
    raise refusal("the clock cannot be read, because results must repeat; use the dates in the data")


def _no_zone_file(*_args: object, **_named: object) -> NoReturn:
    raise refusal("a time zone cannot be read from a file; name one such as 'America/New_York'")
