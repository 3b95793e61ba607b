"""Each close against the last one of the sample.

Caught by: truncation.
"""


def feature(bars):
    close = bars["close"]
    return close.ffill().iloc[-1] / close - 1
