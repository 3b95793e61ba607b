"""The highest close of all that is still to come.

Caught by: truncation.
"""


def feature(bars):
    close = bars["close"]
    return close.iloc[::-1].expanding().max().iloc[::-1] / close - 1
