"""A z-score with the mean and deviation of the whole sample.

Caught by: truncation.
"""


def feature(bars):
    ret = bars["close"].pct_change(5, fill_method=None)
    return (ret - ret.mean()) / ret.std()
