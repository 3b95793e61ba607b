"""Unknown values are filled with the mean of the sample.

Caught by: truncation.
"""


def feature(bars):
    ret = bars["close"].pct_change(20, fill_method=None)
    return ret.fillna(ret.mean())
