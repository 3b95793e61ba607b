"""Weekly marks joined to the nearest day, before or after.

Caught by: every bar.
"""

import pandas as pd


def feature(bars):
    close = bars["close"]
    marks = close.iloc[::5].rename_axis("ts").reset_index()
    days = pd.DataFrame({"ts": close.index})
    joined = pd.merge_asof(days, marks, on="ts", direction="nearest").set_index("ts")
    return joined / close - 1
