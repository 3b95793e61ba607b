"""The user's files as a `tools.ingest.source.Source`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from tools.ingest.files.locate import locate
from tools.ingest.files.naming import absent, symbols_of
from tools.ingest.files.sheet import Sheet, read_sheet
from tools.ingest.files.spacing import check_spacing, spacing_seconds
from tools.ingest.files.zones import check_zone, localise
from tools.ingest.source import Fetched, Interval, Kind, Missing, Raw, Request
from tools.kernel.errors import BadRequest
from tools.kernel.spec import Progress
from tools.lake.tables import BARS, conform, empty

NAME = "files"


class FilesSource:
    """Reads the file or files at `Request.path`; what they hold is only known by reading. None is below `own`."""

    name = NAME

    def __init__(self, own: Path | None = None) -> None:
        self._own = own

    def symbols(self, kind: Kind, interval: Interval) -> tuple[str, ...] | None:  # noqa: ARG002 - the Protocol's form
        """Return None: only a file tells."""
        return None

    def fetch(self, request: Request, progress: Progress) -> Fetched:
        """Return the bars in the files for the symbols asked for.

        Raises:
            BadRequest: no such file, not a table, another interval, or something the user has to say first.
        """
        if request.kind != "bars":
            raise BadRequest(f"Files can hold bars, not {request.kind}.", hint="Name another source.")
        paths = locate(request.path, own=self._own)
        sheets, frames, notes, raw = [], [], [], []
        for done, path in enumerate(paths):
            progress(f"reading {path.name}", done, len(paths))
            sheet = read_sheet(path)
            frame, told = _bars(sheet, symbols_of(sheet, request.symbols, len(paths)), request)
            sheets.append(sheet)
            frames.append(frame)
            if not frame.empty:
                notes += [*sheet.notes, *told]
                raw.append(_raw(sheet, request))
        bars = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        kept = _between(bars, request.start, request.end)
        missing = _missing(bars, kept, sheets, request)
        return Fetched(bars=kept, missing=missing, raw=tuple(raw), notes=tuple(notes))


def _bars(sheet: Sheet, symbols: pd.Series, request: Request) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of the symbols asked for, in the columns of the table, and what to tell about them."""
    wanted = symbols.notna()
    if sheet.symbols is not None:
        wanted |= sheet.symbols.isna()  # a row without a symbol goes to the checks, it is not lost
    if not wanted.any():
        return empty(BARS), []
    check_spacing(spacing_seconds(symbols, sheet.stamps.utc), request.interval, sheet.name)
    ts, told = _sessions(sheet, request) if request.interval == "1d" else _times(sheet, symbols, request)
    columns = {"symbol": symbols, "interval": request.interval, "ts": ts, "source": NAME}
    frame = sheet.prices.assign(**columns)
    return conform(frame if wanted.all() else frame[wanted], BARS), told


def _sessions(sheet: Sheet, request: Request) -> tuple[pd.Series, list[str]]:
    """Return the session of each daily row: its date as written, or in the zone asked for if it has an offset."""
    wall = sheet.stamps.wall
    if sheet.stamps.offset is not None and request.timezone is not None:
        zone = check_zone(request.timezone)
        wall = sheet.stamps.utc.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    days = wall.dt.normalize()
    timed = bool((wall.dropna() != days.dropna()).any())
    return days, [f"{sheet.name}: daily bars; times of day were left out."] if timed else []


def _times(sheet: Sheet, symbols: pd.Series, request: Request) -> tuple[pd.Series, list[str]]:
    """Return the UTC time of each intraday row. Raises BadRequest where the stamps need a time zone."""
    if sheet.stamps.offset is not None:
        return sheet.stamps.utc, []
    if request.timezone is None:
        raise BadRequest(
            f"{sheet.name} has times without a time zone.",
            hint="Say which one, for example timezone America/New_York, Europe/London or UTC.",
        )
    found = localise(sheet.stamps.wall, symbols, check_zone(request.timezone))
    told = [f"{sheet.name}: times read as {request.timezone}."]
    if found.unclear:
        told.append(
            f"{sheet.name}: {found.unclear} rows in the hour that occurs twice when clocks go back cannot be told "
            "apart, so they get no time and are not loaded."
        )
    if found.skipped:
        told.append(
            f"{sheet.name}: {found.skipped} rows in the hour that is skipped when clocks go forward have no time, "
            "so they are not loaded."
        )
    return found.utc, told


def _between(bars: pd.DataFrame, start: date | None, end: date | None) -> pd.DataFrame:
    """Return the rows of the range; rows without a time stay, for the checks."""
    if start is None and end is None:
        return bars
    low, high = (
        pd.Timestamp(start or date(1677, 12, 31)),
        pd.Timestamp((end or date(2261, 1, 1)) + timedelta(days=1)),
    )
    return bars[bars["ts"].isna() | ((bars["ts"] >= low) & (bars["ts"] < high))].reset_index(drop=True)


def _missing(
    bars: pd.DataFrame, kept: pd.DataFrame, sheets: Sequence[Sheet], request: Request
) -> dict[str, Missing]:
    """Return why a symbol has no row: not in the files, or outside the range."""
    missing, held = {}, set(kept["symbol"].dropna().unique())
    for symbol in request.symbols:
        times = bars.loc[bars["symbol"] == symbol, "ts"].dropna()
        if symbol in held:
            continue
        if times.empty:
            missing[symbol] = Missing("symbol", absent(sheets))
        else:
            missing[symbol] = Missing("range", f"the file has {times.min().date()} to {times.max().date()}")
    return missing


def _raw(sheet: Sheet, request: Request) -> Raw:
    """Return the file byte for byte; under the symbol asked for where it is one, else under the file's name."""
    symbol = request.symbols[0] if len(request.symbols) == 1 else sheet.stem
    return Raw(symbol, f"file {sheet.name}", sheet.suffix, sheet.body)
