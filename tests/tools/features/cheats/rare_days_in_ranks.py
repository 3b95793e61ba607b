"""A rank that knows tomorrow, on one day in eight.

Caught by: single bars.
"""


def feature(bars):
    close = bars["close"]
    ret = close.pct_change(5, fill_method=None)
    tomorrow = (close.shift(-1) / close - 1).fillna(0.0)
    day = (close.index.day_of_year % 8 == 3)[:, None]
    return (ret + tomorrow * day).rank(axis=1, pct=True).where(ret.notna())
