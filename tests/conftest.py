"""Shared fixtures: a fresh workspace and a context on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context

settings.register_profile("slq", deadline=None)  # a busy machine is no failure; pytest-timeout watches for hangs
settings.load_profile("slq")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a new, empty workspace."""
    made = Workspace(tmp_path / "workspace")
    made.create()
    return made


@pytest.fixture
def context(workspace: Workspace) -> Context:
    """Return a context on the new workspace with default settings, but no vendor that a test could reach."""
    return Context(workspace, Settings(_env_file=None, sources="sample"))


@pytest.fixture(scope="session")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Context]:
    """Return what makes a context on a new workspace whose lake holds symbols of the sample."""

    def make(*symbols: str) -> Context:
        from tools.ingest.tool import IngestArgs, ingest_data

        workspace = Workspace(tmp_path_factory.mktemp("sampled"))
        workspace.create()
        context = Context(workspace, Settings(_env_file=None, sources="sample"))
        ingest_data(context, IngestArgs(symbols=symbols))
        return context

    return make
