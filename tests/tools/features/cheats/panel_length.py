"""The length of the sample as a number.

Caught by: truncation.
"""


def feature(bars):
    close = bars["close"]
    return close.pct_change(5, fill_method=None) * len(close)
