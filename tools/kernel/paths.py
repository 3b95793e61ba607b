"""Where things are kept: one workspace folder holds a user's data and experiments.

Nothing here touches the disk except `Workspace.create`, which makes the folders it names.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from tools.kernel.errors import WorkspaceError


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders of one workspace below `root`.

    `lake_catalog` and `lake_files` are set where the lake is elsewhere: what follows `ducklake:` in DuckDB's ATTACH
    (it may hold a password), and the folder or bucket of its Parquet files.
    """

    root: Path
    lake_catalog: SecretStr | None = field(default=None, repr=False)
    lake_files: str | None = None

    @property
    def data(self) -> Path:
        """Lake, raw downloads and generated features."""
        return self.root / "data"

    @property
    def lake(self) -> Path:
        """DuckLake catalogue and Parquet files."""
        return self.data / "lake"

    @property
    def raw(self) -> Path:
        """What vendors sent, byte for byte, and the manifest of it."""
        return self.data / "raw"

    @property
    def features(self) -> Path:
        """Generated features, one file each."""
        return self.data / "features"

    @property
    def experiments(self) -> Path:
        """One folder per recorded run, with the tickets, sessions and audit log beside them."""
        return self.root / "experiments"

    @property
    def figures(self) -> Path:
        """Pages of figures that scripts drew."""
        return self.experiments / "figures"

    @property
    def tickets(self) -> Path:
        """Decision tickets and the order files of confirmed ones."""
        return self.experiments / "tickets"

    @property
    def sessions(self) -> Path:
        """Saved conversations."""
        return self.experiments / "sessions"

    @property
    def trials(self) -> Path:
        """The hash-chained ledger of everything that was tried."""
        return self.experiments / "trials.jsonl"

    @property
    def audit_log(self) -> Path:
        """The hash-chained record of every tool call and human decision."""
        return self.experiments / "audit.jsonl"

    def create(self) -> None:
        """Make the folders. Raises WorkspaceError where they cannot be written."""
        for folder in (self.lake, self.tickets, self.sessions):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise unwritable(folder, error) from error


def unwritable(path: Path, error: OSError) -> WorkspaceError:
    """Turn an operating-system error on `path` into one line that says what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return WorkspaceError(
            f"The disk is full while writing {path}.", hint="Free some space and repeat; nothing stored was lost."
        )
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return WorkspaceError(
            f"{path} is read-only.", hint="Choose a folder you can write with --workspace PATH or SLQ_WORKSPACE."
        )
    return WorkspaceError(
        f"Cannot write {path}: {error.strerror}.", hint="Check the path, or choose another with --workspace PATH."
    )


def find_workspace(explicit: Path | None, cwd: Path, home: Path) -> Workspace:
    """Choose the workspace: the explicit path, else `cwd` if it has data/ and experiments/, else ~/slq."""
    if explicit is not None:
        return Workspace(explicit.expanduser().resolve())
    if (cwd / "data").is_dir() and (cwd / "experiments").is_dir():
        return Workspace(cwd.resolve())
    return Workspace(home / "slq")


def user_cache(chosen: Path | None) -> Path:
    """Return the folder for what can be made again: `chosen`, else `slq` in the user's cache folder."""
    if chosen is not None:
        return chosen.expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "slq"
