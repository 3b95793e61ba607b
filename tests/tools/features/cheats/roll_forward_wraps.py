"""np.roll forward: the last bars stand at the beginning.

Caught by: truncation.
"""

import numpy as np


def feature(bars):
    close = bars["close"]
    return close / np.roll(close.to_numpy(), 3, axis=0) - 1
