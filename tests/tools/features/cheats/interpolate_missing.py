"""Missing bars lie on a line to the next price that is known.

Caught by: every bar.
"""


def feature(bars):
    close = bars["close"].interpolate(limit_area="inside")
    return close / close.shift(5) - 1
