"""The adjusted close itself.

Caught by: split.
"""


def feature(bars):
    return bars["close"]
