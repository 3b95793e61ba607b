"""1 on the last bar before a missing one.

Caught by: delisting.
"""


def feature(bars):
    close = bars["close"]
    ends = close.notna() & close.shift(-1).isna()
    ends.iloc[-1] = False
    return close.pct_change(5, fill_method=None).mask(ends, 1.0)
