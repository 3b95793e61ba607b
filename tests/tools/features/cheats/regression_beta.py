"""A beta to the mean of all symbols, fitted on the whole sample.

Caught by: truncation.
"""

import numpy as np


def feature(bars):
    ret = bars["close"].pct_change(fill_method=None).fillna(0.0)
    common = ret.mean(axis=1)
    design = np.column_stack([np.ones(len(common)), common.to_numpy()])
    beta = np.linalg.lstsq(design, ret.to_numpy(), rcond=None)[0][1]
    return ret - common.to_numpy()[:, None] * beta
