"""An exponential mean that runs from the last bar backward.

Caught by: truncation.
"""


def feature(bars):
    close = bars["close"]
    return close.iloc[::-1].ewm(span=10).mean().iloc[::-1] / close - 1
