"""np.roll brings tomorrow back, and the first bar to the end.

Caught by: truncation.
"""

import numpy as np
import pandas as pd


def feature(bars):
    close = bars["close"]
    return pd.DataFrame(np.roll(close.to_numpy(), -1, axis=0), close.index, close.columns) / close - 1
