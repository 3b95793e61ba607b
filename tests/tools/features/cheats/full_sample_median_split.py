"""Above or below the median of the whole sample.

Caught by: truncation.
"""


def feature(bars):
    volatility = bars["close"].pct_change(fill_method=None).rolling(20).std()
    return (volatility > volatility.median()).astype(float).where(volatility.notna())
