"""The real embedded model, loaded once for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from copilot.model.engine import LlamaEngine


@pytest.fixture(scope="session")
def engine() -> Iterator[LlamaEngine]:
    loaded = LlamaEngine(context_tokens=2048)
    yield loaded
    loaded.close()
