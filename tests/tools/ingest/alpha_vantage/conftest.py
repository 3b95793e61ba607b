"""A vendor on loopback, a clock that only moves when someone sleeps, and the source on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from vantage_server import KEY, Clock, Vendor, serving

from tools.ingest.alpha_vantage import AlphaVantageSource, open_source
from tools.ingest.alpha_vantage.client import Timing
from tools.kernel.settings import Settings
from tools.kernel.spec import Context


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """Return a running vendor; no proxy stands between."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    """Return a clock at 11:00 in New York."""
    return Clock()


@pytest.fixture
def opened(context: Context, vendor: Vendor, clock: Clock) -> Callable[..., AlphaVantageSource]:
    """Return how to open the source, with settings."""

    def make(*, base_url: str | None = None, **changed: Any) -> AlphaVantageSource:
        numbers = {"alpha_vantage_calls_per_minute": 100, "alpha_vantage_calls_per_day": 100, **changed}
        settings = Settings(_env_file=None, alpha_vantage_key=KEY, **numbers)
        timing = Timing(sleep=clock.sleep, connect_s=2.0, read_s=1.0, deadline_s=0.5)
        return open_source(
            replace(context, settings=settings, now=clock.now), base_url=base_url or vendor.base_url, timing=timing
        )

    return make
