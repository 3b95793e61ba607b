"""How many bars are left until the sample ends.

Caught by: truncation.
"""

import numpy as np


def feature(bars):
    close = bars["close"]
    left = np.arange(len(close))[::-1].astype(float)
    return close * 0 + left[:, None]
