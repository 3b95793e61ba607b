"""Ranks in which a missing bar has the next price.

Caught by: single bars.
"""


def feature(bars):
    close = bars["close"].bfill(limit=3)
    return close.pct_change(5, fill_method=None).rank(axis=1, pct=True)
