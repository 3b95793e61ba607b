"""The days from the highest close of the sample.

Caught by: future.
"""

import pandas as pd


def feature(bars):
    close = bars["close"]
    days = pd.DataFrame({s: (close.index - close[s].idxmax()).days for s in close.columns}, index=close.index)
    return days.astype(float)
