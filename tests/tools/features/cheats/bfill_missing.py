"""Missing bars take the next price that is known.

Caught by: every bar.
"""


def feature(bars):
    close = bars["close"].bfill(limit=5)
    return close / close.shift(20) - 1
