"""Runs typical generated code once before any fork, so that what pandas and numpy import late is there.

The code goes through the policy itself, so that the parser, the transformer and the guards are warm too. A test
calls every allowed name and checks that nothing is left to import.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from sandbox.guard import namespace
from sandbox.policy import compile_source
from sandbox.refusal import refusals

_SOURCE = """
import pandas as pd
import numpy as np
import math

def feature(bars):
    close = bars["close"]
    total = 0.0
    for name, value in {"a": 1.0}.items():
        total += value
    frame = pd.DataFrame({"x": close["A"], "y": np.log(close["B"])})
    frame["x"] += math.sqrt(total)
    frame["z"] = frame["x"].rolling(3).apply(lambda w: w[-1] - w[0], raw=True)
    return frame.apply(lambda column: column.rank(pct=True)).fillna(0.0)

text = f"{feature(bars).iloc[-1, 0]:.2f}"
close = bars["close"]
close.stack()
close.stack().unstack()
close.to_dict()
close.reset_index().to_dict(orient="records")
close.describe()
close.corr(method="spearman")
close.interpolate()
close.resample("2D").agg({"A": "mean", "B": ["min", "max"]})
close.groupby(close.index.month).transform(lambda g: g - g.mean())
close.ewm(span=3).mean().shift(1).pct_change().clip(-1, 1).quantile([0.1, 0.9])
close.melt(ignore_index=False).pivot_table(index="ts", columns="variable", values="value", aggfunc="mean")
pd.merge_asof(close, close, left_index=True, right_index=True)
pd.concat([close, close], axis=1)
pd.get_dummies(pd.cut(close["A"], 2))
pd.qcut(close["A"], 2, labels=False)
pd.to_datetime(["03 Jan 2020", "2020-01-04"], format="mixed")
pd.to_datetime(["03 Jan 2020"], format="%d %b %Y").strftime("%Y")
pd.date_range("2020-01-01", periods=3, freq="B").tz_localize("America/New_York").tz_convert("UTC")
pd.to_timedelta("1D"), pd.to_numeric(["1"]), pd.factorize(close["A"])
close.index.to_series().dt.day_name().str.lower().astype("category").cat.codes
np.polyfit(np.arange(3.0), np.arange(3.0), 1), np.linalg.lstsq(np.eye(2), np.ones(2), rcond=None)
np.fft.rfft(np.ones(4))
np.percentile(np.arange(3.0), 50), np.histogram(np.arange(3.0)), np.cov(np.arange(3.0), np.arange(3.0))
result = [row.A for row in close.itertuples()]
"""


def rehearse() -> None:
    """Run the code; an error here is a bug, and is raised."""
    index = pd.date_range("2000-01-03", periods=8, name="ts")
    close = pd.DataFrame({"A": range(1, 9), "B": range(2, 10)}, index=index, dtype=float)
    with refusals():
        names = namespace({"bars": {"close": close}})
        exec(compile_source(_SOURCE), names)  # noqa: S102  this source is ours
    str(close)
    pa.array(index.to_period("D").array)  # Arrow's type for periods is imported when text meets one
