"""What a GGUF file says of itself at its beginning: the text entries, read without loading it.

Only up to the first list (the vocabulary, which is long); what comes before it is what tells models from adapters.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

MAGIC = b"GGUF"
LONGEST = 1 << 16  # bytes of a name or a text; more is no header
MOST = 1 << 12  # entries
_TEXT, _LIST = 8, 9
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}  # bytes of each kind of number


def read_facts(path: Path) -> dict[str, str]:
    """Return the text entries that stand before the first list.

    Raises:
        ValueError: it is no GGUF of version 2 or 3, or is cut short.
        OSError: it cannot be read.
    """
    found: dict[str, str] = {}
    with path.open("rb") as file:
        if _read(file, len(MAGIC)) != MAGIC:
            raise ValueError("it does not begin like a GGUF")
        version, _tensors, entries = struct.unpack("<IQQ", _read(file, 20))
        if version not in (2, 3) or entries > MOST:
            raise ValueError("its header makes no sense")
        for _ in range(entries):
            name = _text(file)
            (kind,) = struct.unpack("<I", _read(file, 4))
            if kind == _LIST:
                break
            if kind == _TEXT:
                found[name] = _text(file)
            elif kind in _SIZES:
                _read(file, _SIZES[kind])
            else:
                raise ValueError(f"its entry {name!r} is of an unknown kind")
    return found


def _text(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", _read(file, 8))
    if length > LONGEST:
        raise ValueError("a text in its header is too long")
    return _read(file, length).decode("utf-8", errors="replace")


def _read(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise ValueError("it is cut short")
    return data
