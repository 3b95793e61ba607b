"""Each weekday stands for its mean return over the sample.

Caught by: truncation.
"""


def feature(bars):
    ret = bars["close"].pct_change(fill_method=None)
    return ret.groupby(ret.index.day_of_week).transform("mean") + 0 * ret
