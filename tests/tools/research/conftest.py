"""A workspace whose lake holds three symbols and the index."""

from datetime import UTC, datetime

import pytest
from research_market import long_bars, store

from tools.kernel.spec import Context

NOW = datetime(2010, 1, 4, 12, tzinfo=UTC)


@pytest.fixture
def ctx(context):
    """Return a context on the filled workspace, at a fixed moment some time after the last bar."""
    store(context.workspace, long_bars())
    store(context.workspace, long_bars(("^GSPC",), seed=9))
    return Context(context.workspace, context.settings, now=lambda: NOW)
