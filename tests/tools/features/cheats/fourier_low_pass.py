"""A low-pass filter over the whole sample.

Caught by: truncation.
"""

import numpy as np
import pandas as pd


def feature(bars):
    ret = bars["close"].pct_change(fill_method=None).fillna(0.0)
    waves = np.fft.rfft(ret.to_numpy(), axis=0)
    waves[len(waves) // 4 :] = 0
    return pd.DataFrame(np.fft.irfft(waves, n=len(ret), axis=0), ret.index, ret.columns)
