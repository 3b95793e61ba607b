"""The mean of the next ten bars, by turning time round.

Caught by: truncation.
"""


def feature(bars):
    close = bars["close"]
    return close.iloc[::-1].rolling(10).mean().iloc[::-1] / close - 1
