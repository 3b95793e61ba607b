"""A smooth curve whose window is centred on the day.

Caught by: truncation.
"""


def feature(bars):
    close = bars["close"]
    return close.rolling(11, center=True).mean() / close - 1
