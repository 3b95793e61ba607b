"""Symbols in the order of what they will return.

Caught by: truncation.
"""


def feature(bars):
    close = bars["close"]
    return (close.shift(-10) / close).rank(axis=1)
