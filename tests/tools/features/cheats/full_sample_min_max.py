"""Scaled to 0..1 by the extremes of the whole sample.

Caught by: truncation.
"""


def feature(bars):
    spike = bars["volume"] / bars["volume"].rolling(20).mean()
    return (spike - spike.min()) / (spike.max() - spike.min())
