"""Tomorrow's return, after a date.

Caught by: truncation.
"""

import pandas as pd


def feature(bars):
    close = bars["close"]
    late = (close.index >= close.index[0] + pd.Timedelta(days=500))[:, None]
    tomorrow = (close.shift(-1) / close - 1).fillna(0.0)
    return close.pct_change(5, fill_method=None) + tomorrow * late
