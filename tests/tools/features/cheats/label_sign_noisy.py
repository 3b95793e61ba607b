"""Whether tomorrow rises, under a pattern that looks like noise.

Caught by: truncation.
"""

import numpy as np


def feature(bars):
    close = bars["close"]
    up = (close.shift(-1) > close).astype(float)
    noise = np.sin(np.arange(len(close)) * 12.9898)[:, None]
    return close.pct_change(fill_method=None) * 0 + up + 5 * noise
