"""One measurement of the lake, in a process of its own: `python lake_child.py NAME FOLDER` prints a JSON line."""

from __future__ import annotations

import io
import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from tools.features.panel import Panel
from tools.ingest import registry
from tools.ingest.load import load
from tools.ingest.source import Fetched, Raw, Request
from tools.kernel.fingerprint import of_bytes
from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context, Progress
from tools.lake.store import open_lake
from tools.lake.tables import ACTIONS, BARS, conform

SYMBOLS, DAYS = 500, 5_000
MINUTES = 585_000
LAST = 252
REPEATS = 5
SNAPSHOTS, FILES_A_SNAPSHOT = 500, 10
FIRST_DAY = date(2000, 1, 1)
COLUMNS = ["ts", "open", "high", "low", "close", "volume"]
NAMES = [f"S{number:03d}" for number in range(SYMBOLS)]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def body_of(seed: int, stamps: pd.DatetimeIndex) -> bytes:
    """Return bars as the CSV a vendor might send."""
    rng = np.random.default_rng(seed)
    close = np.round(50 * np.exp(np.cumsum(rng.normal(0, 0.01, len(stamps)))), 4) + 0.01
    values = {
        "ts": pa.array(stamps.astype("datetime64[s]")),
        "open": close,
        "high": close + 0.01,
        "low": close - 0.005,
        "close": close,
        "volume": rng.integers(1_000, 9_000_000, len(stamps)).astype(float),
    }
    out = io.BytesIO()
    pacsv.write_csv(pa.table(values), out)
    return out.getvalue()


def daily_bodies() -> dict[str, bytes]:
    """Return 500 bodies of 20 years."""
    days = pd.bdate_range("2000-01-03", periods=DAYS)
    return {name: body_of(seed, days) for seed, name in enumerate(NAMES)}


def minute_bodies() -> dict[str, bytes]:
    """Return one body of 585,000 minutes."""
    days = pd.bdate_range("2018-01-02", periods=MINUTES // 390)
    minutes = np.add.outer(days.to_numpy("datetime64[m]"), np.arange(870, 870 + 390)).ravel()
    return {NAMES[0]: body_of(0, pd.DatetimeIndex(minutes))}


class Served:
    """A source that parses bodies that are here already."""

    name = "served"

    def __init__(self, bodies: dict[str, bytes], interval: str) -> None:
        self.bodies, self.interval = bodies, interval

    def symbols(self, kind: str, interval: str) -> None:
        """Carry anything."""

    def fetch(self, request: Request, progress: Progress) -> Fetched:
        """Parse each body with pyarrow."""
        parts = []
        for symbol in request.symbols:
            table = pacsv.read_csv(io.BytesIO(self.bodies[symbol]))
            text = {"symbol": symbol, "interval": self.interval, "source": self.name}
            for name, value in text.items():
                table = table.append_column(name, pa.repeat(pa.scalar(value, pa.large_string()), len(table)))
            parts.append(table.select(list(BARS)))
        whole = pa.concat_tables(parts)
        frame = whole.to_pandas(split_blocks=True)
        days = pd.date_range("2000-02-01", "2019-01-31", freq="QS")
        paid = pd.DataFrame({"ts": np.tile(days, len(parts)), "kind": "dividend", "value": 0.01})
        actions = paid.assign(symbol=np.repeat(request.symbols, len(days)), source=self.name)
        raw = tuple(Raw(symbol, f"bars/{symbol}", "csv", self.bodies[symbol]) for symbol in request.symbols)
        return Fetched(bars=conform(frame, BARS), actions=conform(actions, ACTIONS), raw=raw)


def ingest(folder: Path, bodies: dict[str, bytes], interval: str) -> dict[str, float]:
    """Load the bodies through the pipeline, benchmark and network left out."""
    source = Served(bodies, interval)
    registry.SOURCES = {"served": lambda _ctx: source}
    context = Context(Workspace(folder), Settings(_env_file=None), now=lambda: NOW)
    request = Request(tuple(bodies), interval=interval)
    loaded = None

    def work() -> None:
        nonlocal loaded
        loaded = load(context, request, "served")

    figures = metered(work)
    assert loaded is not None
    assert loaded.report.new_rows == sum(body.count(b"\n") - 1 for body in bodies.values())
    return figures


def ingest_peer(folder: Path, bodies: dict[str, bytes], interval: str) -> dict[str, float]:
    """Do the same with pandas: read_csv, the same checks, the bytes to files, one Parquet file a symbol."""
    import zlib

    def work() -> None:
        for symbol, body in bodies.items():
            raw = folder / "raw" / f"{of_bytes(body)}.csv.z"
            raw.parent.mkdir(exist_ok=True)
            raw.write_bytes(zlib.compress(body, 1))
            frame = pd.read_csv(io.BytesIO(body), parse_dates=["ts"])
            prices = frame[["open", "high", "low", "close"]]
            bad = prices.isna().any(axis=1) | prices.le(0).any(axis=1) | frame["volume"].lt(0)
            bad |= (frame["high"] < prices.max(axis=1)) | (frame["low"] > prices.min(axis=1))
            good = frame[~bad].drop_duplicates("ts").sort_values("ts")
            target = folder / "parquet" / f"symbol={symbol}" / f"interval={interval}" / "bars.parquet"
            target.parent.mkdir(parents=True)
            good.assign(source="served").to_parquet(target, index=False)

    return metered(work)


def metered(work: Callable[[], object]) -> dict[str, float]:
    """Return wall and processor seconds of `work`, and the peak resident set of the process so far."""
    started, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mib": peak}


def best(work: Callable[[], object]) -> float:
    """Return the shortest of some runs after one that is not counted, in seconds."""
    times = []
    for _ in range(REPEATS + 1):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times[1:])


def readable_days() -> pd.DatetimeIndex:
    """Return the days of the bars that are not sealed."""
    days = pd.bdate_range("2000-01-03", periods=DAYS)
    return days[days <= days[-1] - pd.DateOffset(years=1)]


def reads(folder: Path) -> dict[str, float]:
    """Time a panel and a history from the lake that `ingest` made."""
    workspace = Workspace(folder)
    days = readable_days()
    start = days[-LAST].date()

    def panel() -> Panel:
        with open_lake(workspace) as lake:
            return Panel.from_bars(lake.bars(NAMES, start=start), NAMES)

    def history() -> pd.DataFrame:
        with open_lake(workspace) as lake:
            return lake.bars([NAMES[7]])

    assert panel().close.shape == (LAST, SYMBOLS)
    assert len(history()) == len(days)
    return {"panel": best(panel), "history": best(history)}


def reads_peer(folder: Path) -> dict[str, float]:
    """Time the same from the plain files."""
    root = folder / "parquet"
    days = readable_days()
    within = [("interval", "==", "1d"), ("ts", ">=", days[-LAST]), ("ts", "<=", days[-1])]
    path = root / f"symbol={NAMES[7]}" / "interval=1d" / "bars.parquet"

    def panel() -> Panel:
        frame = pd.read_parquet(root, filters=within)
        return Panel.from_bars(frame.assign(symbol=frame["symbol"].astype(str)), NAMES)

    return {"panel": best(panel), "history": best(lambda: pd.read_parquet(path))}


def open_5000(folder: Path) -> dict[str, float]:
    """Make a lake of many files and snapshots; time a first opening, and a first read, in this process."""
    workspace = Workspace(folder)
    subprocess_make(folder)
    started = time.perf_counter()
    with open_lake(workspace) as lake:
        snapshots = len(lake.snapshots())
        symbols = lake.symbols()
        opened = time.perf_counter() - started
        started = time.perf_counter()
        rows = len(lake.bars([symbols[3]]))
        read = time.perf_counter() - started
        readable = lake.readable(symbols)[symbols[3]]
    assert (snapshots, len(symbols)) == (SNAPSHOTS + 1, FILES_A_SNAPSHOT), (snapshots, len(symbols))
    assert rows == (readable - FIRST_DAY).days + 1
    files = folder / "plain"
    files.mkdir()
    for number in range(SNAPSHOTS * FILES_A_SNAPSHOT):
        (files / f"{number}.parquet").write_bytes(b"PAR1")
    pd.DataFrame({"a": [1.0]}).to_parquet(files / "7.parquet")
    started = time.perf_counter()
    names = sorted(files.iterdir())
    pd.read_parquet(names[names.index(files / "7.parquet")])
    return {"open": opened, "bars": read, "peer": time.perf_counter() - started}


def subprocess_make(folder: Path) -> None:
    """Write the snapshots in another process, so that nothing is warm here."""
    import subprocess

    subprocess.run([sys.executable, __file__, "make_5000", str(folder)], check=True, stdout=subprocess.DEVNULL)


def make_5000(folder: Path) -> dict[str, float]:
    """Write 500 snapshots of ten files each."""
    with open_lake(Workspace(folder)) as lake:
        for number in range(SNAPSHOTS):
            days = pd.date_range(FIRST_DAY, periods=2) + pd.Timedelta(days=2 * number)
            frame = pd.DataFrame({"ts": np.tile(days, FILES_A_SNAPSHOT), "close": 10.0})
            frame = frame.assign(symbol=np.repeat(NAMES[:FILES_A_SNAPSHOT], 2), interval="1d", source="served")
            frame = frame.assign(open=10.0, high=10.0, low=10.0, volume=1.0)
            lake.write({"bars": frame}, message=f"load {number}")
    return {}


def main() -> None:
    """Run the measurement named on the command line."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    works: dict[str, Callable[[], dict[str, float]]] = {
        "ingest_daily_2500k": lambda: ingest(folder, daily_bodies(), "1d"),
        "ingest_daily_2500k_peer": lambda: ingest_peer(folder, daily_bodies(), "1d"),
        "ingest_minute_585k": lambda: ingest(folder, minute_bodies(), "1m"),
        "ingest_minute_585k_peer": lambda: ingest_peer(folder, minute_bodies(), "1m"),
        "reads": lambda: reads(folder),
        "reads_peer": lambda: reads_peer(folder),
        "open_5000": lambda: open_5000(folder),
        "make_5000": lambda: make_5000(folder),
    }
    print(json.dumps(works[name]()))


if __name__ == "__main__":
    main()
