"""A moving average in units of price.

Caught by: split.
"""


def feature(bars):
    return bars["close"].rolling(20).mean()
