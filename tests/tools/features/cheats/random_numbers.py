"""Noise that is different every time.

Caught by: determinism.
"""

import numpy as np


def feature(bars):
    return bars["close"] * 0 + np.random.default_rng().normal(size=bars["close"].shape)
