"""A stochastic whose window ends tomorrow.

Caught by: truncation.
"""


def feature(bars):
    high = bars["high"].shift(-1).rolling(14).max()
    low = bars["low"].rolling(14).min()
    return (bars["close"] - low) / (high - low)
