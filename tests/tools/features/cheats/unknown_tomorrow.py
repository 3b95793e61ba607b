"""0 today where tomorrow has no bar.

Caught by: truncation.
"""


def feature(bars):
    close = bars["close"]
    return close.pct_change(5, fill_method=None).where(close.shift(-1).notna(), 0.0)
