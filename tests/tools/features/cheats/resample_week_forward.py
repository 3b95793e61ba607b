"""Weekly closes, filled backward over the week.

Caught by: truncation.
"""


def feature(bars):
    close = bars["close"]
    weekly = close.resample("W-FRI").last()
    return weekly.reindex(close.index, method="bfill") / close - 1
