"""Make `stocks.parquet` and `actions.parquet` from the package bokeh_sampledata (public domain).

Run by hand: `python -m tools.ingest.sample.build`.

The table has raw OHLCV and the vendor's adjusted close to full precision. The ratio adjusted / raw is constant but
for jumps at ex-dates. Where a jump is a known split (a fact looked up, never guessed from its size: AAPL halved on
2000-09-29 without one), it must be exactly 1 / ratio; every other jump k of the factor is a dividend of
previous close * (1 - k). Splits after the last row scale a whole series and leave no jump.
"""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from tools.ingest.sample import FOLDER, NAME
from tools.lake.tables import ACTIONS, BARS, conform

SPLITS = {
    ("AAPL", date(2000, 6, 21)): 2.0,
    ("AAPL", date(2005, 2, 28)): 2.0,
    ("MSFT", date(2003, 2, 18)): 2.0,
}
NOISE = 1e-9
"""Relative size below which a change of the factor is rounding; dividends are above 1e-4."""


def read_vendor() -> pd.DataFrame:
    """Return the vendor's table: symbol, ts, open, high, low, close, volume, adj_close."""
    spec = find_spec("bokeh_sampledata")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pip install bokeh_sampledata==2026.1")
    table = pd.read_csv(Path(spec.origin).parent / "_data" / "stocks.csv.gz", parse_dates=["Date"])
    table.columns = [name.lower().replace(" ", "_") for name in table.columns]
    return table.rename(columns={"ticker": "symbol", "date": "ts"}).sort_values(["symbol", "ts"])


def derive_actions(table: pd.DataFrame) -> pd.DataFrame:
    """Return the splits and dividends that turn `close` into `adj_close`."""
    rows: list[tuple[str, pd.Timestamp, str, float]] = []
    for symbol, bars in table.groupby("symbol"):
        before = bars["close"].shift()
        factor = bars["adj_close"] / bars["close"]
        steps = factor.shift() / factor
        for at in steps.index[(steps - 1).abs() > NOISE]:
            when = bars["ts"][at]
            ratio = SPLITS.get((str(symbol), when.date()))
            if ratio is None:
                rows.append((str(symbol), when, "dividend", float(before[at] * (1 - steps[at]))))
            elif abs(steps[at] * ratio - 1) > NOISE:
                raise ValueError(f"{symbol} {when.date()}: a split of {ratio} does not explain {steps[at]}")
            else:
                rows.append((str(symbol), when, "split", ratio))
    return pd.DataFrame(rows, columns=["symbol", "ts", "kind", "value"])


def main() -> None:
    """Write both files beside this module."""
    table = read_vendor().reset_index(drop=True)
    bars = conform(table.assign(interval="1d", source=NAME), BARS)
    actions = conform(derive_actions(table).assign(source=NAME), ACTIONS)
    bars.to_parquet(FOLDER / "stocks.parquet", index=False, compression="zstd")
    actions.to_parquet(FOLDER / "actions.parquet", index=False, compression="zstd")


if __name__ == "__main__":
    main()
