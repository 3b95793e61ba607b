"""The rank of the price level across symbols.

Caught by: split.
"""


def feature(bars):
    return bars["close"].rank(axis=1, pct=True)
