"""The distance from a straight line through the whole history.

Caught by: truncation.
"""

import numpy as np


def feature(bars):
    logs = np.log(bars["close"]).ffill().bfill()
    days = np.arange(len(logs))
    slope, level = np.polyfit(days, logs.to_numpy(), 1)
    return logs - (days[:, None] * slope + level)
