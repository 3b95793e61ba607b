"""The bait that attacks are tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from probes import Probes


@pytest.fixture(scope="module")
def probes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probes]:
    made = Probes(tmp_path_factory.mktemp("bait"))
    yield made
    made.close()
