"""A recorded experiment's folder, without its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_market import make_folder

from tools.kernel.paths import Workspace


@pytest.fixture
def experiment_folder(workspace: Workspace) -> Path:
    """Return the folder of three years of a seeded market, inside a workspace."""
    return make_folder(workspace.experiments, bars=756)
