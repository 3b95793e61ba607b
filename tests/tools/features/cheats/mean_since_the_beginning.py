"""A z-score against everything since history starts.

Caught by: warm-up.
"""


def feature(bars):
    ret = bars["close"].pct_change(5, fill_method=None)
    return (ret - ret.expanding(20).mean()) / ret.expanding(20).std()
