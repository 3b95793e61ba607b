"""Tomorrow's return, on one day in two hundred.

Caught by: every bar.
"""


def feature(bars):
    close = bars["close"]
    tomorrow = (close.shift(-1) / close - 1).fillna(0.0)
    day = (close.index.day_of_year % 200 == 37)[:, None]
    return close.pct_change(5, fill_method=None) + tomorrow * day
