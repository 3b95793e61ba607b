"""Volume still to come, as a share of all volume.

Caught by: truncation.
"""


def feature(bars):
    volume = bars["volume"]
    return volume.iloc[::-1].cumsum().iloc[::-1] / volume.sum()
