"""The distance from the highest close since history starts.

Caught by: warm-up.
"""


def feature(bars):
    close = bars["close"]
    return close / close.cummax() - 1
