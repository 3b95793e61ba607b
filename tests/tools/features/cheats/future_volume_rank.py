"""The rank of tomorrow's volume across symbols.

Caught by: truncation.
"""


def feature(bars):
    volume = bars["volume"]
    return (volume.shift(-1) / volume.rolling(20).mean()).rank(axis=1, pct=True)
