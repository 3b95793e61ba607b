"""The DuckDB connection below the lake: loading DuckLake offline, attaching, and turning failures into plain words.

The DuckLake extension is loaded by path from the package `duckdb_extension_ducklake`; nothing is ever installed or
downloaded, and DuckDB may not fetch extensions by itself. One process at a time may write a lake; several may read
it while nobody writes. A lock held elsewhere is waited for, briefly.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import duckdb

from tools.kernel.errors import WorkspaceError
from tools.kernel.paths import unwritable
from tools.lake.tables import SCHEMA

CATALOG = "catalog.ducklake"
FILES = "files"
LOCK_WAIT_SECONDS = 5.0
LOCK_POLL_SECONDS = 0.05
ENGINES_KEPT = 2
OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}

LOCKED = ("conflicting lock", "could not set lock", "being used by another process", "unique file handle conflict")
FULL = ("no space left", "file too large", "disk quota", "not enough disk space")
READ_ONLY = ("read-only file system", "permission denied", "operation not permitted", "read-only mode")

_ENGINES: dict[Path, duckdb.DuckDBPyConnection] = {}


def _extension() -> Path:
    spec = find_spec("duckdb_extension_ducklake")
    if spec is not None and spec.origin is not None:
        for path in Path(spec.origin).parent.glob(f"extensions/v{duckdb.__version__}/*.duckdb_extension"):
            return path
    raise WorkspaceError(
        f"The DuckLake extension for DuckDB {duckdb.__version__} is not installed.",
        hint=f"Run: pip install duckdb-extension-ducklake=={duckdb.__version__}",
    )


def quoted(text: str | Path) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def new_engine() -> duckdb.DuckDBPyConnection:
    """Return a DuckDB in memory with DuckLake loaded and nothing attached."""
    conn = duckdb.connect(":memory:", config=dict(OFFLINE))
    conn.execute(f"LOAD {quoted(_extension())}")
    return conn


def engine_for(lake: Path) -> duckdb.DuckDBPyConnection:
    """Return the engine kept for the folder `lake`: loading DuckLake takes 0.1 s, attaching 4 ms."""
    if lake not in _ENGINES:
        for old in list(_ENGINES)[: 1 - ENGINES_KEPT]:
            drop_engine(old)
        _ENGINES[lake] = new_engine()
    return _ENGINES[lake]


def drop_engine(lake: Path) -> None:
    """Close the engine kept for `lake` and its files: after a failed write DuckDB may refuse all further work."""
    conn = _ENGINES.pop(lake, None)
    if conn is not None:
        conn.close()


def attach(conn: duckdb.DuckDBPyConnection, lake: Path, *, read_only: bool) -> None:
    """Attach the lake in the folder `lake` as `lake`, waiting a little where another process holds it."""
    _attach(conn, lake / CATALOG, lake / FILES, read_only=read_only)


def _attach(conn: duckdb.DuckDBPyConnection, catalog: Path, files: Path, *, read_only: bool) -> None:
    # The catalogue remembers an absolute data path; overriding it lets a workspace be moved or copied.
    options = f"DATA_PATH {quoted(files)}, OVERRIDE_DATA_PATH true" + (", READ_ONLY" if read_only else "")
    until = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            conn.execute(f"ATTACH {quoted(f'ducklake:{catalog}')} AS lake ({options})")
        except duckdb.Error as error:
            if not _mentions(error, LOCKED) or time.monotonic() > until:
                raise
            time.sleep(LOCK_POLL_SECONDS)
        else:
            return


def create(lake: Path) -> None:
    """Make an empty lake in the folder `lake`, all at once: a crash leaves either no catalogue or a whole one."""
    try:
        lake.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(lake, error) from error
    staged = lake / f"{CATALOG}.{time.time_ns()}.new"
    try:
        conn = new_engine()
        try:
            _attach(conn, staged, lake / FILES, read_only=False)
            conn.execute("BEGIN")
            for statement in SCHEMA:
                conn.execute(statement)
            conn.execute("CALL lake.set_commit_message('slq', 'empty lake')")
            conn.execute("COMMIT")
            conn.execute("DETACH lake")
        finally:
            conn.close()
        _publish(staged, lake / CATALOG)
    except OSError as error:
        raise unwritable(lake, error) from error
    finally:
        for leftover in (staged, staged.with_name(f"{staged.name}.wal")):
            leftover.unlink(missing_ok=True)


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
def plain_errors(lake: Path) -> Iterator[None]:
    """Turn DuckDB's input-output failures inside the block into WorkspaceError; others are bugs and pass."""
    try:
        yield
    except duckdb.Error as error:
        drop_engine(lake)
        failure = explain(error, lake)
        if failure is None:
            raise
        raise failure from error


def explain(error: duckdb.Error, lake: Path) -> WorkspaceError | None:
    """Return what `error` means for the user, or None where it is not about the disk."""
    if _mentions(error, LOCKED):
        return WorkspaceError(
            "The lake is in use by another SLQ.", hint="Wait until its work ends, or close it, then repeat."
        )
    if _mentions(error, FULL):
        return unwritable(lake, OSError(errno.ENOSPC, "disk full"))
    if _mentions(error, READ_ONLY):
        return unwritable(lake, OSError(errno.EROFS, "read-only"))
    damage = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)
    if isinstance(error, damage) or _mentions(error, ("corrupt", "failed to load existing ducklake")):
        return WorkspaceError(
            f"The lake in {lake} cannot be read: a file is missing or damaged.",
            hint=f"Restore {lake} from a backup, or move it away and load the data again.",
        )
    return None
