"""Shared fixtures: a fresh workspace and a context on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.kernel.paths import Workspace
from tools.kernel.settings import Settings
from tools.kernel.spec import Context


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
