"""One number for each symbol.

Caught by: shape.
"""


def feature(bars):
    return bars["close"].pct_change(fill_method=None).describe()
