"""Write bytes to a file and fetch them through the source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tools.ingest.files import FilesSource
from tools.ingest.source import Fetched, Request
from tools.kernel.spec import silent

CORPUS = Path(__file__).parent / "corpus"


def fetch(path: Path | str, *symbols: str, **asked: Any) -> Fetched:
    """Fetch the file or glob at `path`, as FOO where no symbol is named."""
    return FilesSource().fetch(Request(symbols or ("FOO",), path=str(path), **asked), silent)


def fetch_bytes(folder: Path, body: bytes | str, *symbols: str, name: str = "prices.csv", **asked: Any) -> Fetched:
    """Fetch a file with this content."""
    path = folder / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return fetch(path, *symbols, **asked)
