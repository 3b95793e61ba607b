"""The bars until the highest close of the next twenty.

Caught by: truncation.
"""

import numpy as np


def feature(bars):
    ahead = bars["close"].iloc[::-1].rolling(20).apply(np.argmax, raw=True).iloc[::-1]
    return 19 - ahead
