"""A millionth of tomorrow in a large number.

Caught by: truncation.
"""


def feature(bars):
    close = bars["close"]
    spike = bars["volume"] / bars["volume"].rolling(20).mean()
    return spike * (1 + 1e-6 * (close.shift(-1) / close - 1).fillna(0.0))
