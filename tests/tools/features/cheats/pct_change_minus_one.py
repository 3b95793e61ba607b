"""A percentage change against the next bar.

Caught by: truncation.
"""


def feature(bars):
    return -bars["close"].pct_change(-1)
