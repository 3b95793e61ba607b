"""The DuckDB connection below the lake: loading DuckLake offline, attaching, and turning failures into plain words.

Extensions are loaded by path from the packages `duckdb_extension_*`; nothing is ever installed or downloaded, and
DuckDB may not fetch extensions by itself. With the catalogue in a file, one process at a time may write a lake and
several may read it while nobody writes; a lock held elsewhere is waited for, briefly. With the catalogue on
Postgres the server arbitrates.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

import duckdb

from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import Workspace, unwritable
from tools.lake.tables import TABLES, ddl

CATALOG = "catalog.ducklake"
FILES = "files"
LOCK_WAIT_SECONDS = 5.0
LOCK_POLL_SECONDS = 0.05
ENGINES_KEPT = 2
OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}

LOCKED = (
    "conflicting lock",
    "could not set lock",
    "being used by another process",
    "unique file handle conflict",
    "lock timeout",
)
FULL = ("no space left", "file too large", "disk quota", "not enough disk space")
UNREACHABLE = (
    "unable to connect to postgres",
    "connection refused",
    "could not translate host name",
    "could not resolve hostname",
)
READ_ONLY = ("read-only file system", "permission denied", "operation not permitted", "read-only mode")

ROW_GROUP = 2048
"""Rows in a row group of a file, the fewest there can be: a read of the last year skips the years before it."""

POSTGRES = "postgres:"

Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class LakePlace:
    """Where a lake is.

    Attributes:
        catalog: what follows `ducklake:` in ATTACH: the path of a file, or "postgres:dbname=slq host=...".
        files: the folder or bucket of its Parquet files.
        folder: a folder of this machine, for scratch files and for errors to name.
    """

    catalog: str = field(repr=False)  # may hold a password
    files: str
    folder: Path

    @property
    def file(self) -> Path | None:
        """The file of the catalogue; None where it is on a server."""
        return None if self.catalog.startswith(POSTGRES) else Path(self.catalog)

    def stamp(self) -> Stamp:
        """Return what tells one state of the catalogue's file from another; None where there is no file."""
        if self.file is None or not self.file.exists():
            return None
        stat = self.file.stat()
        return stat.st_ino, stat.st_size, stat.st_mtime_ns


def place_of(workspace: Workspace) -> LakePlace:
    """Return where the lake of `workspace` is: in its folder, unless the settings put it elsewhere."""
    catalog = workspace.lake_catalog
    return LakePlace(
        catalog=str(workspace.lake / CATALOG) if catalog is None else catalog.get_secret_value(),
        files=workspace.lake_files or str(workspace.lake / FILES),
        folder=workspace.lake,
    )


_ENGINES: dict[LakePlace, duckdb.DuckDBPyConnection] = {}


def _extension(name: str) -> Path:
    spec = find_spec(f"duckdb_extension_{name}")
    if spec is not None and spec.origin is not None:
        for path in Path(spec.origin).parent.glob(f"extensions/v{duckdb.__version__}/*.duckdb_extension"):
            return path
    package = f"duckdb-extension-{name.replace('_', '-')}"
    raise WorkspaceError(
        f"The extension {name} for DuckDB {duckdb.__version__} is not installed.",
        hint=f"Run: pip install {package}=={duckdb.__version__}",
    )


def quoted(text: str | Path) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def new_engine(place: LakePlace | None = None) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB in memory with what `place` needs loaded, and nothing attached."""
    conn = duckdb.connect(":memory:", config=dict(OFFLINE))
    conn.execute(f"LOAD {quoted(_extension('ducklake'))}")
    conn.execute("SET parquet_metadata_cache = true")
    if place is not None and place.file is None:
        conn.execute(f"LOAD {quoted(_extension('postgres_scanner'))}")
    if place is not None and "://" in place.files:
        conn.execute(f"LOAD {quoted(_extension('httpfs'))}")
    return conn


def engine_for(place: LakePlace) -> duckdb.DuckDBPyConnection:
    """Return the engine kept for `place`: loading DuckLake takes 0.1 s, attaching 4 ms."""
    if place not in _ENGINES:
        for old in list(_ENGINES)[: 1 - ENGINES_KEPT]:
            drop_engine(old)
        _ENGINES[place] = new_engine(place)
    return _ENGINES[place]


def is_engine_of(place: LakePlace, conn: duckdb.DuckDBPyConnection) -> bool:
    """Return whether `conn` is the engine kept for `place`; one that was dropped is closed."""
    return _ENGINES.get(place) is conn


def drop_engine(place: LakePlace) -> None:
    """Close the engine kept for `place` and its files: after a failed write DuckDB may refuse all further work."""
    conn = _ENGINES.pop(place, None)
    if conn is not None:
        conn.close()


def attach(conn: duckdb.DuckDBPyConnection, place: LakePlace, *, read_only: bool) -> None:
    """Attach the lake at `place` as `lake`, waiting a little where another process holds it."""
    # The catalogue remembers an absolute data path; overriding it lets a workspace be moved or copied. Every row
    # goes to a file: rows kept inside the catalogue would be invisible to its statistics.
    options = f"DATA_PATH {quoted(place.files)}, OVERRIDE_DATA_PATH true, DATA_INLINING_ROW_LIMIT 0"
    mode = ", READ_ONLY" if read_only else ""
    statement = f"ATTACH {quoted(f'ducklake:{place.catalog}')} AS lake ({options}{mode})"
    until = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            conn.execute(statement)
        except duckdb.Error as error:
            if not _mentions(error, LOCKED) or time.monotonic() > until:
                raise
            time.sleep(LOCK_POLL_SECONDS)
        else:
            return


def create(place: LakePlace) -> None:
    """Make an empty lake at `place`, all at once: a crash leaves either no catalogue or a whole one."""
    try:
        place.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(place.folder, error) from error
    if place.file is None:
        _make(place)
        return
    staged = place.file.with_name(f"{place.file.name}.{time.time_ns()}.new")
    try:
        _make(replace(place, catalog=str(staged)))
        _publish(staged, place.file)
    except OSError as error:
        raise unwritable(place.folder, error) from error
    finally:
        for leftover in (staged, staged.with_name(f"{staged.name}.wal")):
            leftover.unlink(missing_ok=True)


def _make(place: LakePlace) -> None:
    conn = new_engine(place)
    try:
        attach(conn, place, read_only=False)
        conn.execute(f"CALL lake.set_option('parquet_row_group_size', {ROW_GROUP})")
        conn.execute("BEGIN")
        complete(conn)
        conn.execute("CALL lake.set_commit_message('slq', 'empty lake')")
        conn.execute("COMMIT")
        conn.execute("DETACH lake")
    finally:
        conn.close()


def tables_of(conn: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Return the names of the tables that the attached lake has."""
    rows = conn.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake'").fetchall()
    return frozenset(name for (name,) in rows)


def complete(conn: duckdb.DuckDBPyConnection) -> None:
    """Add the tables that an attached lake lacks, because it is new or was made by an older version."""
    held = tables_of(conn)
    for name in TABLES:
        for statement in () if name in held else ddl(name):
            conn.execute(statement)


def _publish(staged: Path, catalog: Path) -> None:
    """Give the staged catalogue its name, unless another process was first: its lake is as empty as ours."""
    try:
        catalog.hardlink_to(staged)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        if not catalog.exists():
            staged.rename(catalog)


def _mentions(error: duckdb.Error, phrases: tuple[str, ...]) -> bool:
    text = str(error).lower()
    return any(phrase in text for phrase in phrases)


@contextmanager
def plain_errors(place: LakePlace) -> Iterator[None]:
    """Turn DuckDB's input-output failures inside the block into WorkspaceError; others are bugs and pass."""
    try:
        yield
    except duckdb.Error as error:
        drop_engine(place)
        failure = explain(error, place)
        if failure is None:
            raise
        raise failure from error


def explain(error: duckdb.Error, place: LakePlace) -> WorkspaceError | None:
    """Return what `error` means for the user, or None where it is not about the disk or the server."""
    lake = place.folder
    if _mentions(error, LOCKED):
        return WorkspaceError(
            "The lake is in use by another SLQ.", hint="Wait until its work ends, or close it, then repeat."
        )
    if _mentions(error, FULL):
        return unwritable(lake, OSError(errno.ENOSPC, "disk full"))
    if _mentions(error, READ_ONLY):
        return unwritable(lake, OSError(errno.EROFS, "read-only"))
    if _mentions(error, UNREACHABLE):
        return WorkspaceError(
            "The server of the lake cannot be reached.",
            hint="Check SLQ_LAKE_CATALOG, SLQ_LAKE_FILES and the server.",
        )
    damage = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)
    if isinstance(error, damage) or _mentions(error, ("corrupt", "failed to load existing ducklake")):
        return WorkspaceError(
            f"The lake in {lake} cannot be read: a file is missing or damaged.",
            hint=f"Restore {lake} from a backup, or move it away and load the data again.",
        )
    return None
