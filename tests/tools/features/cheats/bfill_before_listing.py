"""A symbol has a price before it was listed: its first one.

Caught by: listing.
"""


def feature(bars):
    close = bars["close"].bfill()
    return close / close.shift(20) - 1
