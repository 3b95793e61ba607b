"""The calendar: what the date alone tells. The date is that of the bar's time in UTC.

Nothing is read from later bars: the end of a month is counted in weekdays, not in sessions, because whether
tomorrow is a session is not in the data yet. A holiday therefore shifts the turn of a month by a day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.features.feature import Feature, Parameter
from tools.features.library import warmup

if TYPE_CHECKING:
    import pandas as pd

    from tools.features.panel import Panel


def day_of_week(panel: Panel) -> pd.DataFrame:
    """Return the day of the week: 0 Monday to 6 Sunday.

    Source: K. French, Stock Returns and the Weekend Effect, Journal of Financial Economics 8, 1980.
    NaN: at a missing close. Warm-up: none.
    """
    from tools.features.library.blocks import per_bar

    return per_bar(panel.sessions.day_of_week, panel.close)


def month(panel: Panel) -> pd.DataFrame:
    """Return the month of the year: 1 to 12.

    Source: Rozeff and Kinney, Capital Market Seasonality: The Case of Stock Returns, Journal of Financial Economics
    3, 1976.
    NaN: at a missing close. Warm-up: none.
    """
    from tools.features.library.blocks import per_bar

    return per_bar(panel.sessions.month, panel.close)


def turn_of_month(panel: Panel, days: int) -> pd.DataFrame:
    """Return 1 on the last weekday of a month and the first `days` weekdays of the next, 0 on other days.

    Source: Lakonishok and Smidt, Are Seasonal Anomalies Real? A Ninety-Year Perspective, Review of Financial
    Studies 1, 1988, with `days` = 3.
    NaN: at a missing close. Warm-up: none.
    """
    import numpy as np

    from tools.features.library.blocks import per_bar

    date = panel.sessions.to_numpy().astype("datetime64[D]")
    first = date.astype("datetime64[M]")
    elapsed = np.busday_count(first.astype("datetime64[D]"), date + 1)
    left = np.busday_count(date + 1, (first + 1).astype("datetime64[D]"))
    return per_bar((elapsed <= days) | (left == 0), panel.close)


FEATURES: tuple[Feature, ...] = (
    Feature(
        "day_of_week",
        (),
        "Day of the week, 0 Monday to 6 Sunday",
        ("day of the week", "day-of-the-week", "weekday effect"),
        day_of_week,
        warmup.nothing,
    ),
    Feature(
        "month",
        (),
        "Month of the year, 1 to 12",
        ("month of year", "month of the year", "calendar month"),
        month,
        warmup.nothing,
        everyday_word=True,
    ),
    Feature(
        "turn_of_month",
        (Parameter("days", 3, maximum=10),),
        "1 on the last weekday of a month and the first of the next, else 0",
        ("turn of the month", "turn-of-the-month", "month end effect"),
        turn_of_month,
        warmup.nothing,
    ),
)
