"""A thousandth of the label, on top of an honest feature.

Caught by: truncation.
"""


def feature(bars):
    label = bars["open"].shift(-2) / bars["open"].shift(-1) - 1
    return bars["close"].pct_change(20, fill_method=None) + 0.001 * label.fillna(0.0)
