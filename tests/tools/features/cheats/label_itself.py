"""The label.

Caught by: truncation.
"""


def feature(bars):
    return bars["open"].shift(-2) / bars["open"].shift(-1) - 1
