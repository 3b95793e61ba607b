"""Missing values are drawn in from both sides, before the first one too.

Caught by: every bar.
"""


def feature(bars):
    ret = bars["close"].pct_change(20, fill_method=None)
    return ret.interpolate(method="linear", limit_direction="both")
