"""The mean of the whole month, on each of its days.

Caught by: truncation.
"""


def feature(bars):
    volume = bars["volume"]
    return volume / volume.groupby(volume.index.to_period("M")).transform("mean") - 1
