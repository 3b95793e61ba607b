"""From a source to the lake: fetch symbol by symbol, check every row, write once.

What a source lacks is reported and the rest is loaded; where nothing is left, that is an error. Another source is
never tried instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from tools.ingest.clean import Cleaned, clean_actions, clean_bars
from tools.ingest.sample import SampleSource
from tools.ingest.source import Fetched, Interval, Missing, Request, Source
from tools.kernel.errors import BadRequest, NoData, SLQError, SourceUnavailable
from tools.kernel.paths import Workspace
from tools.kernel.spec import Progress, silent
from tools.lake.store import WriteReport, open_lake

SOURCES: Mapping[str, Callable[[], Source]] = {"auto": SampleSource, "sample": SampleSource}
NAMED = 5
BENCHMARK = "^GSPC"  # the index that experiments are compared with


@dataclass(frozen=True, slots=True)
class Batch:
    """Checked rows ready to be written, and what to tell the user about the others."""

    source: str
    bars: pd.DataFrame
    actions: pd.DataFrame
    warnings: tuple[str, ...]

    def by_symbol(self) -> dict[str, pd.DataFrame]:
        """Return the bars of each symbol in time order, symbols in the order they were asked for."""
        parts = self.bars.groupby("symbol", sort=False)
        return {str(symbol): rows.sort_values("ts") for symbol, rows in parts}


def find_source(name: str) -> Source:
    """Return the source called `name`; "auto" is the first choice. Raises BadRequest."""
    if name not in SOURCES:
        raise BadRequest(f"There is no source called {name!r}.", hint=f"Choose from {', '.join(SOURCES)}.")
    return SOURCES[name]()


def collect(
    source: Source,
    symbols: Sequence[str],
    interval: Interval,
    start: date | None,
    end: date | None,
    *,
    progress: Progress,
) -> Batch:
    """Fetch and check the bars and actions of `symbols` between `start` and `end`, both included.

    Raises:
        BadRequest: the end is before the start.
        NoData: the source has the symbols but nothing in the range; says what range there is.
        SourceUnavailable: the source carries none of the symbols, or cannot be used at all.
    """
    if start is not None and end is not None and start > end:
        raise BadRequest(f"The end {end} is before the start {start}.", hint="Swap the two dates.")
    fetched = []
    for done, symbol in enumerate(symbols):
        progress(f"loading {symbol}", done, len(symbols))
        fetched.append(source.fetch(Request((symbol,), "bars", interval, start, end), silent))
    progress("checking", len(symbols), len(symbols))
    missing = {symbol: why for each in fetched for symbol, why in each.missing.items()}
    if len(missing) == len(symbols):
        raise _nothing(source, interval, start, end, missing)
    bars, actions = _checked(fetched)
    if bars.rows.empty:
        raise SourceUnavailable(
            f"No row from {source.name} passed the checks.", hint=" ".join(bars.warnings("row")[:NAMED])
        )
    told = (*_told(source, missing), *bars.warnings("row"), *actions.warnings("corporate action"))
    return Batch(source.name, bars.rows, actions.rows, told)


def with_benchmark(
    batch: Batch, source: Source, interval: Interval, start: date | None, end: date | None, *, progress: Progress
) -> Batch:
    """Return the batch with the benchmark index added over the same range, where the source carries it.

    An experiment without an index to compare with is half an answer; this never fails the load it comes along with.
    """
    if BENCHMARK in set(batch.bars["symbol"]):
        return batch
    try:
        index = collect(source, (BENCHMARK,), interval, start, end, progress=progress)
    except (NoData, SourceUnavailable):
        return batch
    return Batch(
        source=batch.source,
        bars=pd.concat([batch.bars, index.bars], ignore_index=True),
        actions=pd.concat([batch.actions, index.actions], ignore_index=True),
        warnings=(*batch.warnings, *index.warnings),
    )


def store(workspace: Workspace, batch: Batch) -> WriteReport:
    """Write the batch to the lake in one snapshot."""
    symbols = list(dict.fromkeys(batch.bars["symbol"]))
    shown = ", ".join(symbols[:NAMED]) + (f" and {len(symbols) - NAMED} more" if len(symbols) > NAMED else "")
    with open_lake(workspace) as lake:
        return lake.write_bars(batch.bars, batch.actions, message=f"ingest {shown} from {batch.source}")


def _checked(fetched: Sequence[Fetched]) -> tuple[Cleaned, Cleaned]:
    bars = clean_bars(pd.concat([each.bars for each in fetched], ignore_index=True))
    return bars, clean_actions(pd.concat([each.actions for each in fetched], ignore_index=True))


def _told(source: Source, missing: Mapping[str, Missing]) -> tuple[str, ...]:
    """Return a sentence for the symbols the source does not carry, and one for each without bars in the range."""
    absent = [symbol for symbol, why in missing.items() if why.kind == "symbol"]
    ranges = [f"{symbol} was not loaded: {why.detail}." for symbol, why in missing.items() if why.kind == "range"]
    first = [f"Not in the source {source.name!r}, so not loaded: {', '.join(absent)}."] if absent else []
    return (*first, *ranges)


def _nothing(
    source: Source, interval: Interval, start: date | None, end: date | None, missing: Mapping[str, Missing]
) -> SLQError:
    """Return the error for a request of which nothing could be loaded."""
    ranges = {symbol: why.detail for symbol, why in missing.items() if why.kind == "range"}
    if ranges:
        asked = f"from {start or 'the beginning'} to {end or 'the end'}"
        have = "; ".join(f"{symbol}: {detail}" for symbol, detail in list(ranges.items())[:NAMED])
        return NoData(f"There are no bars of {', '.join(ranges)} {asked}.", hint=f"{have}.")
    carried = source.symbols("bars", interval)
    hint = f"It has {', '.join(carried)}." if carried else "Check the symbols, or name another source."
    return SourceUnavailable(f"The source {source.name!r} does not have {', '.join(missing)}.", hint=hint)
