"""Weekly marks joined to the days before them.

Caught by: truncation.
"""

import pandas as pd


def feature(bars):
    close = bars["close"]
    marks = close.iloc[::5].rename_axis("ts").reset_index()
    days = pd.DataFrame({"ts": close.index})
    joined = pd.merge_asof(days, marks, on="ts", direction="forward").set_index("ts")
    return joined / close - 1
