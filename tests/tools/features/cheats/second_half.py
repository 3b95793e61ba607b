"""Tomorrow's return, in the second half of the sample only.

Caught by: truncation.
"""

import numpy as np


def feature(bars):
    close = bars["close"]
    late = (np.arange(len(close)) > len(close) // 2)[:, None]
    tomorrow = (close.shift(-1) / close - 1).fillna(0.0)
    return close.pct_change(5, fill_method=None) + tomorrow * late
