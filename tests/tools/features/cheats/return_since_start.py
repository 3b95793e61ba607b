"""The return since history starts.

Caught by: warm-up.
"""


def feature(bars):
    close = bars["close"].ffill()
    return close / close.bfill().iloc[0] - 1
