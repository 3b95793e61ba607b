"""A division by what can be 0.

Caught by: finite.
"""


def feature(bars):
    close = bars["close"]
    step = close.diff().clip(lower=0)
    return close.diff().abs() / step
