"""SHA-256 fingerprints of code, data and arguments: what a replay compares.

JSON is canonicalised by RFC 8785, so equal records have equal fingerprints whatever their key order.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

PACKAGES = ("copilot", "prompts", "sandbox", "tools")


def of_bytes(data: bytes) -> str:
    """Return the SHA-256 of `data` in hex."""
    return hashlib.sha256(data).hexdigest()


def of_json(value: Any) -> str:
    """Return the SHA-256 of a JSON value in its RFC 8785 form. Raises ValueError on NaN or infinity."""
    import rfc8785

    return of_bytes(rfc8785.dumps(value))


def of_frame(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a frame's labels and values; independent of chunking and memory layout."""
    import pandas as pd

    digest = hashlib.sha256("\x1f".join(map(str, frame.columns)).encode())
    digest.update(pd.util.hash_pandas_object(frame, index=True).to_numpy().tobytes())
    return digest.hexdigest()


@cache
def code_version() -> str:
    """Return the SHA-256 over every source file of the installed packages, short form (16 hex digits)."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in {".py", ".j2"}:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
