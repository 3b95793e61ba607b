"""Volume in shares, which a later split multiplies.

Caught by: split.
"""

import numpy as np


def feature(bars):
    return np.log(bars["volume"].rolling(5).mean())
