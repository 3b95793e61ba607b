"""What a small model or a quant writes, and what must run: each snippet assigns `result` from `bars`."""

# ruff: noqa: E501  written as people write

from __future__ import annotations

import numpy as np
import pandas as pd


def bars(rows: int = 120) -> dict[str, pd.DataFrame]:
    """Return open, high, low, close, volume of three symbols; the same numbers at every call."""
    rng = np.random.default_rng(7)
    index = pd.date_range("2021-01-04", periods=rows, freq="B", name="ts")
    columns = pd.Index(["AAA", "BBB", "CCC"], name="symbol", dtype=object)
    close = pd.DataFrame(100 * np.exp(rng.normal(0, 0.02, (rows, 3)).cumsum(axis=0)), index, columns)
    open_ = close.shift(1).fillna(100.0) * (1 + rng.normal(0, 0.003, (rows, 3)))
    high = pd.DataFrame(np.maximum(open_, close) * 1.01, index, columns)
    low = pd.DataFrame(np.minimum(open_, close) * 0.99, index, columns)
    volume = pd.DataFrame(rng.integers(1_000, 9_000, (rows, 3)).astype(float), index, columns)
    return {"open": open_, "high": high, "low": low, "close": close, "volume": volume}


BENIGN: dict[str, str] = {
    "imports": """
import pandas as pd
import numpy as np
import math
result = pd.Series([math.sqrt(4.0), np.log(np.e), math.pi])
""",
    "from imports": """
from __future__ import annotations
from typing import Dict, List
from math import sqrt, floor as down
from numpy import nan
from pandas import DataFrame, Series
result = DataFrame({"x": Series([sqrt(2), down(2.5), nan])})
""",
    "two imports in one line": """
import pandas, numpy as n
result = pandas.Series(n.arange(3.0))
""",
    "add to a column in place": """
df = pd.DataFrame({"x": bars["close"]["AAA"]})
df["x"] += 1
df["x"] *= 2.0
df["y"] = df["x"] - df.x.shift(1)
df.loc[df["y"] < 0, "y"] -= 0.5
result = df
""",
    "annotations": """
window: int = 5
scale: float
scale = 2.0
def f(x: "pd.Series", n: int = 3) -> pd.Series:
    y: pd.Series = x.rolling(n).mean()
    return y
result = f(bars["close"]["AAA"], window) * scale
""",
    "unpacking": """
a, (b, *c) = 1, (2, 3, 4)
[d, e] = [5, 6]
for [x, (y, z)] in [[1, (2, 3)]]:
    total = x + y + z
first, *rest = [10, 20, 30]
a, b = b, a
result = float(a + b + sum(c) + d + e + total + first + rest[-1])
""",
    "text of numbers": """
x = 3.14159
names = [f"{x:.2f}", f"{x:>10.3e}", f"{1234567:,}", f"{0.25:.1%}", f"{x!r}", f"{5:0{3}d}", str(x), f"{'a':<4}|", f"{x=}"]
result = pd.DataFrame({"text": names})
""",
    "text of times": """
last = bars["close"].index[-1]
result = pd.DataFrame({"t": [f"{last:%Y-%m-%d}", str(last), last.strftime("%d.%m."), last.day_name(), last.isoformat()]})
""",
    "comprehensions": """
squares = [i * i for i in range(5) if i % 2 == 0]
names = {s: len(s) for s in ["a", "bb"]}
pairs = [(i, j) for i in range(2) for j in range(3)]
uniq = {i % 3 for i in range(10)}
result = float(sum(squares) + sum(names.values()) + sum(i * j for i, j in pairs) + len(uniq))
""",
    "functions and lambdas": """
def outer(n):
    def inner(x, *, k=2):
        return x * k + n
    return inner
add = lambda a, b=1: a + b
result = float(outer(3)(4) + outer(1)(2, k=5) + add(1) + add(1, 2))
""",
    "any number of arguments": """
def total(*values, **named):
    return sum(values) + sum(named.values())
result = float(total(1, 2, 3, a=4))
""",
    "walrus": """
values = [1, 5, 9]
result = float(sum(y for x in values if (y := x * 2) > 5))
""",
    "loops": """
total = 0.0
i = 0
while True:
    i += 1
    if i > 10:
        break
    if i % 2:
        continue
    total += i ** 2
else:
    total = -1.0
for n, x in enumerate([1.0, 2.0], 1):
    total += n * x
for a, b in zip([1, 2], [3, 4]):
    total += a * b
result = total
""",
    "try": """
total = 0.0
for text in ["1", "x", "2.5"]:
    try:
        total += float(text)
    except ValueError as error:
        total += len(str(error)) * 0.0
    except (KeyError, TypeError):
        raise
    finally:
        total += 0.25
try:
    {}["a"]
except KeyError:
    total += 1
assert total > 0, "positive"
result = total
""",
    "spread literals": """
base = {"a": 1}
merged = {**base, "b": 2}
numbers = [*range(3), *[7, 8]]
result = float(sum(numbers) + sum(merged.values()))
""",
    "returns": """result = bars["close"].pct_change()""",
    "log returns": """result = np.log(bars["close"] / bars["close"].shift(1))""",
    "momentum": """
def feature(bars):
    close = bars["close"]
    return close / close.shift(20) - 1.0
result = feature(bars)
""",
    "rsi": """
def rsi(close, n=14):
    delta = close.diff()
    gain = delta.clip(lower=0).ewm(alpha=1 / n, adjust=False, min_periods=n).mean()
    loss = (-delta.clip(upper=0)).ewm(alpha=1 / n, adjust=False, min_periods=n).mean()
    return 100 - 100 / (1 + gain / loss)
result = rsi(bars["close"])
""",
    "z-score": """
v = bars["volume"]
result = (v - v.rolling(20, min_periods=5).mean()) / v.rolling(20, min_periods=5).std(ddof=0)
""",
    "true range": """
h, l, c = bars["high"], bars["low"], bars["close"]
previous = c.shift(1)
ranges = [h - l, (h - previous).abs(), (l - previous).abs()]
result = np.maximum(np.maximum(ranges[0], ranges[1]), ranges[2]).rolling(14).mean()
""",
    "rank across": """
r = bars["close"].pct_change(5)
result = r.rank(axis=1, pct=True) - r.mean(axis=1).to_numpy()[:, None]
""",
    "rolling apply": """
def slope(window):
    x = np.arange(len(window))
    return np.polyfit(x, window, 1)[0]
result = bars["close"].rolling(10).apply(slope, raw=True)
""",
    "rolling statistics": """
w = bars["close"]["AAA"].rolling(15)
other = bars["close"]["BBB"]
result = pd.DataFrame({"m": w.mean(), "md": w.median(), "mx": w.max(), "sk": w.skew(), "ku": w.kurt(),
                       "q": w.quantile(0.25), "c": w.corr(other), "cv": w.cov(other), "n": w.count(), "r": w.rank()})
""",
    "rolling agg": """
result = bars["close"]["AAA"].rolling(5).agg(["mean", "std", "max"])
""",
    "expanding and ewm": """
c = bars["close"]
result = c.expanding(5).mean() + c.ewm(span=10, adjust=False).std() + c.ewm(halflife=3).mean()
""",
    "groupby month": """
c = bars["close"]
result = c.groupby([c.index.year, c.index.month]).agg(["first", "last", lambda g: g.max() - g.min()])
result.columns = [f"{symbol} {statistic}" for symbol, statistic in result.columns]
""",
    "groupby transform": """
c = bars["close"]
weekday = c.index.dayofweek
a = c.groupby(weekday).transform("mean")
b = c.groupby(weekday).transform(lambda g: (g - g.mean()) / g.std())
result = a + b
""",
    "groupby apply and loop": """
long = bars["close"].stack().rename("close").reset_index()
best = {}
for symbol, group in long.groupby("symbol"):
    best[symbol] = group["close"].max()
means = long.groupby("symbol")["close"].apply(lambda s: s.iloc[-1] / s.iloc[0])
result = pd.DataFrame({"best": pd.Series(best), "grown": means})
""",
    "named aggregation": """
long = bars["close"].stack().rename("close").reset_index()
result = long.groupby("symbol").agg(low=("close", "min"), high=("close", "max"), spread=("close", lambda s: s.max() - s.min()))
""",
    "resample": """
c = bars["close"]
weekly = c.resample("W").last()
both = c["AAA"].resample("ME").agg(["min", "max"])
ohlc = c["AAA"].resample("W-FRI").ohlc()
result = weekly.reindex(c.index, method="ffill").join(both.add_prefix("m_")).join(ohlc)
""",
    "merge_asof": """
left = bars["close"].reset_index()[["ts", "AAA"]]
right = pd.DataFrame({"ts": pd.to_datetime(["2021-01-05", "2021-02-01"]).astype(left["ts"].dtype), "event": [1.0, 2.0]})
result = pd.merge_asof(left, right, on="ts", direction="backward")
""",
    "merge and concat": """
a = bars["close"].reset_index()[["ts", "AAA"]]
b = bars["volume"].reset_index()[["ts", "BBB"]]
result = pd.concat([a.merge(b, on="ts", how="left"), pd.merge(a, b, on="ts").rename(columns={"BBB": "vol"})], axis=1)
""",
    "cut and qcut": """
r = bars["close"]["AAA"].pct_change().dropna()
result = pd.DataFrame({"c": pd.cut(r, [-1, 0, 1], labels=["down", "up"]).astype(str), "q": pd.qcut(r, 4, labels=False)})
""",
    "dates": """
days = pd.date_range("2024-01-01", periods=10, freq="D", tz="UTC").tz_convert("America/New_York")
frame = pd.DataFrame({"t": days})
frame["dow"] = frame["t"].dt.dayofweek
frame["name"] = frame["t"].dt.day_name()
frame["month_end"] = frame["t"].dt.is_month_end
frame["late"] = frame["t"] - pd.Timedelta(days=1) > pd.Timestamp("2024-01-04", tz="UTC")
frame["days"] = (frame["t"] - frame["t"].iloc[0]).dt.days
result = frame.drop(columns="t")
""",
    "calendar of the index": """
i = bars["close"].index
result = pd.DataFrame({"q": i.quarter, "w": i.isocalendar().week.to_numpy(), "m": i.is_month_start, "d": i.day}, index=i)
""",
    "offsets": """
t = pd.Timestamp("2024-01-31")
result = pd.DataFrame({"t": [t + pd.DateOffset(months=1), t + pd.offsets.BDay(2), t - pd.Timedelta("2D")]})
""",
    "text columns": """
s = pd.Series(["Apple Inc", "ibm", None])
result = pd.DataFrame({"u": s.str.upper(), "f": s.str.split(" ").str[0], "c": s.str.contains("p", na=False),
                       "r": s.str.replace("ibm", "IBM"), "n": s.str.len()})
""",
    "where, mask, clip, fillna": """
c = bars["close"]
r = c.pct_change()
x = r.where(r.abs() < 0.02, 0.0).mask(c > 110, np.nan).ffill().fillna(0).clip(-0.01, 0.01)
result = x.replace(0.0, np.nan).interpolate()
""",
    "np.where and np.select": """
c = bars["close"]["AAA"]
up = np.where(c > c.shift(1), 1.0, -1.0)
kind = np.select([c > 105, c > 100], [2, 1], default=0)
result = pd.DataFrame({"up": up, "kind": kind, "sign": np.sign(c.diff()), "n": np.isnan(c.diff())}, index=c.index)
""",
    "numpy statistics": """
x = bars["close"].to_numpy()
result = pd.Series([np.mean(x), np.std(x, ddof=1), np.median(x), np.percentile(x, 90), np.nanmax(x), x.sum(), x.mean(axis=0)[0],
                    np.corrcoef(x[:, 0], x[:, 1])[0, 1], np.cumsum(x[:, 0])[-1], np.diff(x[:, 0]).std(), float(np.argmax(x)),
                    np.maximum.accumulate(x[:, 0])[-1], np.abs(-x).min(), np.dot(x[:, 0], x[:, 1]), np.nan, float(np.inf > 1)])
""",
    "numpy arrays": """
x = np.zeros(5)
x[1:3] = 7.0
x[x == 0] += 1
y = np.array([1, 2, 3], dtype=float)
z = np.concatenate([x, y]).reshape(2, 4)
w = np.empty(3)
w[:] = 2
result = pd.DataFrame(z + np.linspace(0, 1, 4)[None, :]).assign(w=w.sum(), e=np.exp(np.ones(2)))
""",
    "linear algebra": """
x = np.column_stack([np.ones(120), np.arange(120.0)])
beta, residual, rank, singular = np.linalg.lstsq(x, bars["close"]["AAA"].to_numpy(), rcond=None)
q = np.linalg.inv(x.T @ x)
result = pd.Series([*beta, float(rank), q[0, 0], np.linalg.norm(x)])
""",
    "sliding windows": """
x = bars["close"]["AAA"].to_numpy()
result = pd.Series(np.lib.stride_tricks.sliding_window_view(x, 5).mean(axis=1))
""",
    "fourier": """
x = bars["close"]["AAA"].to_numpy()
power = np.abs(np.fft.rfft(x - x.mean())) ** 2
result = pd.Series(power, index=np.fft.rfftfreq(len(x)))
""",
    "drawdown": """
c = bars["close"]
result = c / c.cummax() - 1
""",
    "apply by row": """
frame = pd.DataFrame({"h": bars["high"]["AAA"], "l": bars["low"]["AAA"]})
result = frame.apply(lambda row: (row["h"] - row["l"]) / row.l, axis=1)
""",
    "apply with a numpy function": """
c = bars["close"]
result = c.apply(np.log).apply(np.mean).to_frame("m").assign(s=c.agg(np.std), t=c["AAA"].apply(np.sqrt).sum())
""",
    "map": """
d = bars["close"].index.to_series().dt.dayofweek
result = pd.DataFrame({"n": d.map({0: "Mon", 4: "Fri"}), "x": d.map(lambda k: k * 10), "s": d.map(str), "f": d.apply(float)})
""",
    "pipe and assign": """
def scaled(frame, by):
    return frame / by
result = bars["close"].pipe(scaled, 2.0).assign(total=lambda f: f.sum(axis=1)).pipe(lambda f: f - f.mean())
""",
    "iterate rows": """
total = 0.0
for ts, row in bars["close"].head(5).iterrows():
    total += row["AAA"]
for row in bars["close"].head(5).itertuples():
    total += row.AAA
for name, column in bars["close"].items():
    total += column.iloc[-1]
for symbol in bars["close"]:
    total += len(symbol)
result = total
""",
    "writes by position": """
f = bars["close"].copy()
f.iloc[0] = np.nan
f.loc[f.index[3], "AAA"] = 1.0
f.at[f.index[4], "BBB"] = 2.0
f.iat[5, 1] = 3.0
f.columns = [name.lower() for name in f.columns]
f.index.name = "when"
del f["ccc"]
s = f["aaa"]
s.name = "a"
result = f.join(s.rename("copy"))
""",
    "astype": """
c = bars["close"]
flags = (c > c.shift(1)).astype(int)
result = flags.astype(float).astype("float32").assign(t=c["AAA"].round().astype("int64"), s=c["AAA"].round(1).astype(str))
""",
    "pivot, melt, stack": """
long = bars["close"].reset_index().melt(id_vars="ts", value_name="close")
wide = long.pivot(index="ts", columns="symbol", values="close")
table = long.pivot_table(index=long["ts"].dt.month, columns="symbol", values="close", aggfunc="mean")
result = wide.join(table.add_suffix("_m"), how="left")
""",
    "lists and dictionaries": """
d = {}
d.setdefault("a", []).append(1)
d["b"] = [3, 1, 2]
d["b"].sort()
d["b"].extend([9])
d["c"] = sorted([3, 1], reverse=True)
d["c"] += [5]
top = max(d["b"], key=lambda v: -v)
result = float(sum(d["b"]) + len(d) + top + min(3, 2) + d.get("z", 4) + list(reversed(d["c"]))[0] + any([0, 1]) + all([]))
""",
    "isinstance": """
x = bars["close"]
checks = [isinstance(x, pd.DataFrame), isinstance(1.0, (int, float)), isinstance([], list), isinstance("a", str)]
result = float(sum(checks) + isinstance(x["AAA"], pd.Series) + isinstance(x.values, np.ndarray))
""",
    "shadowing": """
open = bars["open"]
id, input = 1, 2
result = open * id + input
""",
    "print": """
print("shape", bars["close"].shape)
result = 1.0
""",
    "figure": """
c = bars["close"]["AAA"].dropna().tail(3)
result = {"data": [{"type": "bar", "x": [str(t.date()) for t in c.index], "y": [round(v, 2) for v in c.tolist()]}],
          "layout": {"title": {"text": "AAA"}}}
""",
    "overnight gap by weekday": """
gap = bars["open"]["AAA"] / bars["close"]["AAA"].shift(1) - 1
result = gap.groupby(gap.index.day_name()).mean().sort_values()
""",
    "correlation": """
r = bars["close"].pct_change()
result = r.corr().add(r.corr(method="spearman")).assign(one=r["AAA"].corr(r["BBB"]), auto=r["AAA"].autocorr(1))
""",
    "decorator": """
def doubled(function):
    def call(x):
        return 2 * function(x)
    return call
@doubled
def f(x):
    return x + 1
result = float(f(3))
""",
    "conditional and boolean": """
x = 3
a = "big" if x > 2 and not x == 5 else "small"
result = float(len(a) + (1 < x <= 3) + (x in [1, 3]) + (None is None) + (-x % 2) + x // 2)
""",
}
