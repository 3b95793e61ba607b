"""What vendors sent, kept byte for byte: `data/raw/<source>/<ab>/<sha256>.<suffix>.zst` and a manifest.

A file is named by the SHA-256 of its (uncompressed) content, so the same bytes are stored once, and never changed.
`manifest.jsonl` has one line for each request that was answered with some bytes; lines are only ever added. Files
are written, whole and durable, before the rows made of them enter the lake: a crash in between leaves bytes that no
row refers to, never the reverse. `zstd -d` reads them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path

import pyarrow as pa

from tools.ingest.source import Raw
from tools.kernel.atomic import write_atomic
from tools.kernel.paths import Workspace, unwritable
from tools.kernel.types import Record

MANIFEST = "manifest.jsonl"
CODEC = "zstd"
LEVEL = 1
WRITERS = 8
"""Threads that write: most of their time goes by waiting for the disk to confirm."""


class Entry(Record):
    """A line of the manifest: which request was answered with which bytes. `bytes` counts them uncompressed."""

    sha256: str
    source: str
    symbol: str
    request: str
    bytes: int
    file: str
    fetched_at: datetime


def keep(workspace: Workspace, source: str, raws: Sequence[Raw], fetched_at: datetime) -> tuple[Entry, ...]:
    """Store what `source` sent; return a manifest entry for each, new or not. Raises WorkspaceError."""
    if not raws:
        return ()
    with ThreadPoolExecutor(WRITERS) as pool:
        kept = list(pool.map(partial(_keep_one, workspace, source, fetched_at), raws))
    known = (
        set() if all(new for _, new in kept) else {(entry.request, entry.sha256) for entry in manifest(workspace)}
    )
    fresh = {(entry.request, entry.sha256): entry for entry, _ in kept}
    _append(workspace.raw / MANIFEST, [entry for pair, entry in fresh.items() if pair not in known])
    return tuple(entry for entry, _ in kept)


def manifest(workspace: Workspace) -> Iterator[Entry]:
    """Yield the lines of the manifest, oldest first; a line torn by a crash is passed over."""
    path = workspace.raw / MANIFEST
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                yield Entry.model_validate_json(line)
            except ValueError:
                continue


def body_of(workspace: Workspace, entry: Entry) -> bytes:
    """Return the bytes that the vendor sent. Raises OSError where the file is missing or damaged."""
    with pa.input_stream(str(workspace.raw / entry.file), compression=CODEC) as stream:
        body: bytes = stream.read()
    return body


def _keep_one(workspace: Workspace, source: str, fetched_at: datetime, raw: Raw) -> tuple[Entry, bool]:
    """Store one body unless it is there; return its entry and whether it was new."""
    sha256 = hashlib.sha256(raw.body).hexdigest()
    path = workspace.raw / source / sha256[:2] / f"{sha256}.{raw.suffix}.zst"
    new = not path.exists()
    if new:
        write_atomic(path, pa.Codec(CODEC, LEVEL).compress(raw.body, asbytes=True))
    entry = Entry(
        sha256=sha256,
        source=source,
        symbol=raw.symbol,
        request=raw.request,
        bytes=len(raw.body),
        file=path.relative_to(workspace.raw).as_posix(),
        fetched_at=fetched_at,
    )
    return entry, new


def _append(path: Path, entries: Iterable[Entry]) -> None:
    """Add lines durably, in one write; a torn last line is ended first."""
    text = "".join(json.dumps(entry.model_dump(mode="json"), ensure_ascii=False) + "\n" for entry in entries)
    if not text:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            if file.tell() and not _ends_line(file.fileno()):
                text = "\n" + text
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise unwritable(path, error) from error


def _ends_line(handle: int) -> bool:
    return os.pread(handle, 1, os.fstat(handle).st_size - 1) == b"\n"
