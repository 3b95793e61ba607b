"""Tomorrow's return, for one symbol only.

Caught by: truncation.
"""


def feature(bars):
    close = bars["close"]
    out = close.pct_change(5, fill_method=None)
    first = close.columns[0]
    out[first] = close[first].shift(-1) / close[first] - 1
    return out
