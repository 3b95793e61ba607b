"""Alpha Vantage over its HTTP API: raw bars, currencies, splits and dividends, news, fundamentals.

The API key is a secret: it goes into the request and nowhere else. The vendor's limits are kept across runs, and
its answers of status 200 that are refusals are told apart.
"""

from __future__ import annotations

from tools.ingest.alpha_vantage.client import BASE_URL, Client, Timing
from tools.ingest.alpha_vantage.limit import CallLimit
from tools.ingest.alpha_vantage.source import AlphaVantageSource
from tools.kernel.errors import SourceUnavailable
from tools.kernel.spec import Context

__all__ = ["AlphaVantageSource", "open_source"]


def open_source(ctx: Context, *, base_url: str = BASE_URL, timing: Timing | None = None) -> AlphaVantageSource:
    """Return the source with the key and the limits of the settings. Raises SourceUnavailable without a key."""
    settings = ctx.settings
    if settings.alpha_vantage_key is None or not settings.alpha_vantage_key.get_secret_value().strip():
        raise SourceUnavailable(
            "Alpha Vantage needs a key, and SLQ_ALPHA_VANTAGE_KEY is not set.",
            hint="Put it into .env; a free one is at https://www.alphavantage.co/support/#api-key.",
        )
    timing = timing or Timing()
    limit = CallLimit(
        ctx.workspace.data / "alpha_vantage.json",
        per_minute=settings.alpha_vantage_calls_per_minute,
        per_day=settings.alpha_vantage_calls_per_day,
        now=ctx.now,
        sleep=timing.sleep,
    )
    return AlphaVantageSource(Client(settings.alpha_vantage_key, limit, base_url, timing), ctx.now)
