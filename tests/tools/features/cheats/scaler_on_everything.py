"""A standard scaler fitted on all symbols and all dates.

Caught by: truncation.
"""

import numpy as np


def feature(bars):
    gap = bars["open"] / bars["close"].shift(1) - 1
    values = gap.to_numpy()
    return (gap - np.nanmean(values)) / np.nanstd(values)
