"""Tomorrow's return of the index.

Caught by: truncation.
"""


def feature(bars):
    index = bars["market"]
    tomorrow = index.shift(-1) / index - 1
    return bars["close"].pct_change(fill_method=None).sub(tomorrow, axis=0)
