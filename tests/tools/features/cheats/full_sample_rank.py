"""The percentile of a day among all days, later ones too.

Caught by: truncation.
"""


def feature(bars):
    return bars["close"].pct_change(10, fill_method=None).rank(pct=True)
