"""A share of all symbols of the panel, the later ones too.

Caught by: listing.
"""


def feature(bars):
    close = bars["close"]
    ret = close.pct_change(20, fill_method=None)
    return ret.rank(axis=1) / close.notna().any().sum()
