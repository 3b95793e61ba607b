"""Tomorrow's return, by a shift to the left.

Caught by: truncation.
"""


def feature(bars):
    return bars["close"].shift(-1) / bars["close"] - 1
