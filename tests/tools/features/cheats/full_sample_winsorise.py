"""Extremes are clipped at quantiles of the whole sample.

Caught by: truncation.
"""


def feature(bars):
    ret = bars["close"].pct_change(fill_method=None)
    return ret.clip(ret.quantile(0.05), ret.quantile(0.95), axis=1)
