"""A rank among the symbols that have bars most of the time.

Caught by: delisting.
"""


def feature(bars):
    close = bars["close"]
    ret = close.pct_change(20, fill_method=None)
    full = close.columns[close.notna().mean() > 0.9]
    return ret[full].rank(axis=1, pct=True).reindex(columns=close.columns)
