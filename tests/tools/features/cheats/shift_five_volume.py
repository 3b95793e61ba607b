"""The volume of a week ahead.

Caught by: truncation.
"""


def feature(bars):
    return bars["volume"].shift(-5) / bars["volume"].rolling(20).mean()
