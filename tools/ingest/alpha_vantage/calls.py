"""Which calls serve one symbol's request, and what they bring: the plan that a free or paid key allows.

TIME_SERIES_DAILY_ADJUSTED has bars, splits and dividends in one call but belongs to paid plans; where it is
refused, TIME_SERIES_DAILY, SPLITS and DIVIDENDS bring the same in three. Where the full history is refused, the
last 100 bars are loaded and that is said. What was refused is remembered for the day, so that it costs one call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from tools.ingest.alpha_vantage.accounts import STATEMENTS, read_overview, read_statement
from tools.ingest.alpha_vantage.answer import Fault, Refused
from tools.ingest.alpha_vantage.client import Client, Page
from tools.ingest.alpha_vantage.headlines import MOST, news_parameters, read_news
from tools.ingest.alpha_vantage.series import read_actions, read_adjusted_actions, read_bars
from tools.ingest.alpha_vantage.ticker import Ticker
from tools.ingest.source import Raw, Request
from tools.kernel.errors import SourceUnavailable
from tools.kernel.spec import Progress

COMPACT_DAYS = 130
"""Calendar days that the 100 bars of a compact answer surely cover, holidays included."""

RECENT_DAYS = 29
FIRST_MONTH = date(2000, 1, 1)
ADJUSTED, FULL = "TIME_SERIES_DAILY_ADJUSTED", "outputsize=full"
DAILY = {"stock": "TIME_SERIES_DAILY", "currency": "FX_DAILY", "coin": "DIGITAL_CURRENCY_DAILY"}
SPACING = {"1m": "1min", "1h": "60min"}


@dataclass(slots=True)
class Loaded:
    """What came in for one symbol: frames by table name, the vendor's bytes, sentences for the user."""

    symbol: str
    frames: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    raw: list[Raw] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, table: str, frame: pd.DataFrame) -> None:
        """Add rows of a table."""
        self.frames.setdefault(table, []).append(frame)


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes the calls for one symbol of a request on the day `today`."""

    client: Client
    request: Request
    today: date
    progress: Progress

    def bars(self, ticker: Ticker, into: Loaded) -> None:
        """Load bars, and for daily bars of stocks splits and dividends. Raises Refused, SourceUnavailable."""
        if self.request.interval != "1d":
            self._intraday(ticker, into)
        elif ticker.kind == "stock":
            self._daily_stock(ticker, into)
        else:
            page = self._sized(DAILY[ticker.kind], ticker, into)
            into.add("bars", read_bars(page.answer, into.symbol, "1d"))

    def news(self, ticker: Ticker, into: Loaded) -> None:
        """Load articles. Raises Refused, SourceUnavailable."""
        page = self._get(news_parameters(ticker.news_name(), self.request.start, self.request.end), into)
        found = read_news(page.answer, into.symbol)
        into.add("news", found)
        if len(found) >= MOST:
            into.notes.append(
                f"{into.symbol}: the latest {MOST} articles; end the range at an earlier day for more."
            )

    def fundamentals(self, ticker: Ticker, into: Loaded) -> None:
        """Load the overview and the statements. Raises Refused, SourceUnavailable."""
        if ticker.kind != "stock":
            raise Refused(Fault.UNKNOWN, "it is not a company")
        page = self._get({"function": "OVERVIEW", **ticker.parameters()}, into)
        figures, listing = read_overview(page.answer, into.symbol, self.today)
        into.add("fundamentals", figures)
        into.add("listings", listing)
        for statement in STATEMENTS:
            page = self._get({"function": statement, **ticker.parameters()}, into)
            into.add("fundamentals", read_statement(page.answer, into.symbol, statement))

    def _daily_stock(self, ticker: Ticker, into: Loaded) -> None:
        page = self._adjusted(ticker, into)
        if page is not None:
            into.add("bars", read_bars(page.answer, into.symbol, "1d"))
            into.add("actions", read_adjusted_actions(page.answer, into.symbol))
            return
        page = self._sized(DAILY["stock"], ticker, into)
        into.add("bars", read_bars(page.answer, into.symbol, "1d"))
        for function, kind in (("SPLITS", "split"), ("DIVIDENDS", "dividend")):
            try:
                page = self._get({"function": function, **ticker.parameters()}, into)
                into.add("actions", read_actions(page.answer, into.symbol, kind))
            except (Refused, SourceUnavailable) as error:
                into.notes.append(f"{into.symbol}: its {kind}s were not loaded: {str(error).rstrip('.')}.")

    def _adjusted(self, ticker: Ticker, into: Loaded) -> Page | None:
        """Return the answer with actions, or None where the plan does not have it."""
        if self.client.limit.refused(ADJUSTED):
            return None
        try:
            return self._get({"function": ADJUSTED, **ticker.parameters(), "outputsize": self._size()}, into)
        except Refused as error:
            if error.fault is not Fault.PREMIUM:
                raise
            self.client.limit.refuse(ADJUSTED)
            return None

    def _sized(self, function: str, ticker: Ticker, into: Loaded) -> Page:
        """Return a daily series: as long as the range needs, or the last 100 bars where the plan has no more."""
        asked = {"function": function, **ticker.parameters()}
        if ticker.kind == "coin":
            return self._get(asked, into)
        size = self._size()
        if size == "full" and not self.client.limit.refused(FULL):
            try:
                return self._get(asked | {"outputsize": size}, into)
            except Refused as error:
                if error.fault is not Fault.PREMIUM:
                    raise
                self.client.limit.refuse(FULL)
        if size == "full":
            into.notes.append(
                f"{into.symbol}: only the last 100 bars; your Alpha Vantage plan has no full history."
            )
        return self._get(asked | {"outputsize": "compact"}, into)

    def _intraday(self, ticker: Ticker, into: Loaded) -> None:
        interval = self.request.interval
        asked = {**ticker.parameters(), "interval": SPACING[interval], "outputsize": "full"}
        if ticker.kind != "stock":
            function = "FX_INTRADAY" if ticker.kind == "currency" else "CRYPTO_INTRADAY"
            into.add(
                "bars", read_bars(self._get({"function": function, **asked}, into).answer, into.symbol, interval)
            )
            return
        asked |= {"function": "TIME_SERIES_INTRADAY", "adjusted": "false", "extended_hours": "false"}
        if self.request.start is None:
            into.notes.append(f"{into.symbol}: the last 30 days; name a start for more, one call a month.")
        for month in self._months():
            try:
                page = self._get(asked | {"month": month}, into)
                into.add("bars", read_bars(page.answer, into.symbol, interval))
            except (Refused, SourceUnavailable) as error:
                if not into.frames:
                    raise
                into.notes.append(f"{into.symbol}: {month} was not loaded: {str(error).rstrip('.')}.")
                if isinstance(error, SourceUnavailable):
                    return

    def _months(self) -> Iterator[str]:
        """Yield the months of the range, the latest first: a symbol that is not known shows at once."""
        end = min(self.request.end or self.today, self.today)
        start = max(self.request.start or end - timedelta(days=RECENT_DAYS), FIRST_MONTH)
        year, month = end.year, end.month
        while (year, month) >= (start.year, start.month):
            yield f"{year}-{month:02d}"
            year, month = (year, month - 1) if month > 1 else (year - 1, 12)

    def _size(self) -> str:
        start = self.request.start
        near = start is not None and start > self.today - timedelta(days=COMPACT_DAYS)
        return "compact" if near else "full"

    def _get(self, parameters: dict[str, str], into: Loaded) -> Page:
        page = self.client.get(parameters, self.progress)
        into.raw.append(Raw(into.symbol, page.request, "json", page.body))
        return page
