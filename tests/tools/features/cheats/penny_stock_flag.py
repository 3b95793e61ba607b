"""Whether the adjusted price is under twenty.

Caught by: split.
"""


def feature(bars):
    close = bars["close"]
    return (close < 20).astype(float).where(close.notna())
