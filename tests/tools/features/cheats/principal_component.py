"""The exposure to a principal component of the whole sample.

Caught by: truncation.
"""

import numpy as np


def feature(bars):
    ret = bars["close"].pct_change(fill_method=None).fillna(0.0)
    centred = ret - ret.mean()
    axes = np.linalg.svd(centred.to_numpy(), full_matrices=False)[2]
    score = centred.to_numpy() @ np.abs(axes[0])
    return ret.mul(score, axis=0) / 0.01
