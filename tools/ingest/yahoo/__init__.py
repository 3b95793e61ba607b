"""Yahoo Finance through the real yfinance client: bars, corporate actions, news, fundamentals, listings.

`session` speaks HTTP (retries, pace, the bytes), `client` tames the library, `windows` cuts ranges, `prices` undoes
the split adjustment, `bars`, `news` and `fundamentals` turn answers into rows, `source` asks for many symbols.

Yahoo's service is free and undocumented: it promises neither completeness nor that tomorrow's answer is today's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.ingest.source import Source
    from tools.kernel.spec import Context

NAME = "yahoo"


def open_source(ctx: Context) -> Source:
    """Return the source; the client's caches live in `data/cache/yahoo` of the workspace."""
    from tools.ingest.yahoo.source import YahooSource

    return YahooSource(ctx.workspace.data / "cache" / NAME, now=ctx.now)
