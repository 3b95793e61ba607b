"""A difference with the next bar.

Caught by: truncation.
"""


def feature(bars):
    return bars["close"].diff(-1) / bars["close"]
