"""Writing an experiment's folder so that it is there whole or not at all.

Files go to a hidden folder beside it, which is renamed at the end. A run that is killed leaves only the hidden
folder; nothing reads it, and the next run removes it. One process at a time may record into a workspace.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from tools.kernel.paths import Workspace, unwritable

PARTIAL = ".partial-"
SHOWN_SYMBOLS = 3


def experiment_id(workspace: Workspace, *, day: date, model: str, symbols: tuple[str, ...], interval: str) -> str:
    """Return a free id: `exp_YYYYMMDD_<MODEL>_<SYMBOLS>_<INTERVAL>`, with `_2`, `_3`, ... where it is taken.

    At most three symbols are named, then how many more there are; characters unsafe in a file name are dropped.
    """
    plain = [re.sub(r"[^A-Za-z0-9]", "", symbol) or "X" for symbol in symbols]
    more = f"+{len(plain) - SHOWN_SYMBOLS}" if len(plain) > SHOWN_SYMBOLS else ""
    stem = f"exp_{day:%Y%m%d}_{model.upper().replace('_', '-')}_{'-'.join(plain[:SHOWN_SYMBOLS])}{more}_{interval}"
    name, number = stem, 1
    while (workspace.experiments / name).exists():
        number += 1
        name = f"{stem}_{number}"
    return name


@contextmanager
def recording(workspace: Workspace, name: str) -> Iterator[Path]:
    """Yield an empty folder to write into; on a clean exit it becomes `experiments/<name>`.

    Raises:
        WorkspaceError: the disk is full or the workspace read-only; nothing is left behind, and nothing lost.
    """
    final = workspace.experiments / name
    partial = workspace.experiments / f"{PARTIAL}{name}"
    try:
        _remove_leftovers(workspace)
        partial.mkdir(parents=True)
        yield partial
        partial.rename(final)
    except OSError as error:
        raise unwritable(final, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _remove_leftovers(workspace: Workspace) -> None:
    """Delete what killed runs left."""
    for leftover in workspace.experiments.glob(f"{PARTIAL}*"):
        shutil.rmtree(leftover)
