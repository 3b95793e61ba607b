"""A rank among the symbols that still trade at the end.

Caught by: delisting.
"""


def feature(bars):
    close = bars["close"]
    ret = close.pct_change(20, fill_method=None)
    alive = close.columns[close.tail(3).notna().any()]
    return ret[alive].rank(axis=1, pct=True).reindex(columns=close.columns)
