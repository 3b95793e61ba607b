"""The month's last close, known from its first day.

Caught by: truncation.
"""


def feature(bars):
    close = bars["close"]
    month = close.index.to_period("M")
    last = close.groupby(month).last()
    joined = last.reindex(month)
    joined.index = close.index
    return joined / close - 1
