"""The raw store checked and cleared: every file against its hash; files let go when asked to.

The manifest only grows, with two exceptions, both asked for by the user: a purge, and the retention policy. Then it
is written anew without the entries, and files that no entry names are deleted after that: a crash in between leaves
files too many, never an entry without its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tools.ingest.raw import MANIFEST, Entry, body_of, manifest
from tools.kernel.atomic import write_atomic
from tools.kernel.paths import Workspace, unwritable


@dataclass(frozen=True, slots=True)
class RawCheck:
    """What the raw store holds, and a line for each file that is not what the manifest says."""

    entries: int
    files: int
    size_bytes: int
    torn_lines: int
    faults: tuple[str, ...]


def check_raw(workspace: Workspace) -> RawCheck:
    """Read every file of the raw store and compare it with the hash and length in the manifest."""
    entries = list(manifest(workspace))
    files = {entry.file: entry for entry in entries}
    faults = [fault for entry in files.values() if (fault := _fault(workspace, entry)) is not None]
    return RawCheck(
        entries=len(entries),
        files=len(files),
        size_bytes=sum(entry.bytes for entry in files.values()),
        torn_lines=_lines(workspace) - len(entries),
        faults=tuple(faults),
    )


def forget_raw(workspace: Workspace, unwanted: Callable[[Entry], bool]) -> int:
    """Drop the entries that are `unwanted` and the files nothing else names; return how many files went.

    Raises WorkspaceError where the store cannot be written.
    """
    entries = list(manifest(workspace))
    kept = [entry for entry in entries if not unwanted(entry)]
    if len(kept) == len(entries):
        return 0
    text = "".join(entry.model_dump_json() + "\n" for entry in kept)
    write_atomic(workspace.raw / MANIFEST, text.encode())
    dead = {entry.file for entry in entries} - {entry.file for entry in kept}
    for file in sorted(dead):
        path = workspace.raw / file
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(path, error) from error
    return len(dead)


def of_symbol(symbol: str, source: str | None) -> Callable[[Entry], bool]:
    """Return whether an entry was fetched for `symbol` (from `source`, if one is named)."""
    return lambda entry: entry.symbol == symbol and source in (None, entry.source)


def fetched_before(moment: datetime) -> Callable[[Entry], bool]:
    """Return whether an entry is older than `moment`."""
    return lambda entry: entry.fetched_at < moment


def _fault(workspace: Workspace, entry: Entry) -> str | None:
    try:
        body = body_of(workspace, entry)
    except FileNotFoundError:
        return f"{entry.file} is missing"
    except OSError as error:
        return f"{entry.file} cannot be read: {' '.join(str(error).split())[:200]}"
    if hashlib.sha256(body).hexdigest() != entry.sha256:
        return f"{entry.file} is not what was downloaded: its SHA-256 differs"
    return None if len(body) == entry.bytes else f"{entry.file} has {len(body):,} bytes, not {entry.bytes:,}"


def _lines(workspace: Workspace) -> int:
    path = workspace.raw / MANIFEST
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(1 for line in file if line.strip())
