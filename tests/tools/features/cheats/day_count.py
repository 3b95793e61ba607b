"""Bars since history starts.

Caught by: warm-up.
"""


def feature(bars):
    return bars["close"].notna().cumsum().astype(float).where(bars["close"].notna())
