"""A five-point derivative: two bars before, two bars after.

Caught by: truncation.
"""

import numpy as np


def feature(bars):
    logs = np.log(bars["close"])
    return (8 * (logs.shift(1) - logs.shift(-1)) - (logs.shift(2) - logs.shift(-2))) / 12
