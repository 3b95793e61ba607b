"""The overnight gap that is only known tomorrow.

Caught by: truncation.
"""


def feature(bars):
    return bars["open"].shift(-1) / bars["close"] - 1
