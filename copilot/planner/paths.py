r"""Paths of files in a request, exactly as typed: `~/prices.csv`, `C:\data\*.parquet`, `"my prices.csv"`.

In quotes a path may hold blanks. Without them a word counts as a path where it begins like one or ends like a file
of data. Nothing is looked up on the disk here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.planner.mention import Mention, claim

_DATA_FILE = r"\.(?:csv|tsv|txt|parquet|pq|feather|arrow|xlsx?|json)(?:\.(?:gz|zip|bz2|xz|zst))?"
_ROOT = r"(?:~[\w.-]*[\\/]|\.{1,2}[\\/]|[\\/]{1,2}(?=[\w.*])|[A-Za-z]:[\\/]|file://)"
_QUOTED = re.compile(
    rf"(?<!\w)(?P<mark>[\"'`])(?P<path>(?:{_ROOT}[^\"'`\n]+|[^\"'`\n]*?{_DATA_FILE}|[^\"'`\n]*[\\/][^\"'`\n]*\*[^\"'`\n]*))"
    r"(?P=mark)",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?:(?<=[\s(=:,])|^)(?P<path>{_ROOT}[^\s\"'`,;]+|[^\s\"'`,;:]+{_DATA_FILE}(?![\w*])|[^\s\"'`,;]*\*{_DATA_FILE})",
    re.IGNORECASE,
)


def find_paths(text: str) -> Iterator[Mention]:
    """Yield paths and globs; the quotes around one belong to the mention but not to its value."""
    quoted = [
        Mention("path", match.start(), match.end(), match["path"].strip()) for match in _QUOTED.finditer(text)
    ]
    bare = ((match.start("path"), match["path"].rstrip(".,;:!?)")) for match in _BARE.finditer(text))
    found = claim(quoted, (Mention("path", at, at + len(path), path) for at, path in bare if len(path) > 1))
    files = [
        each for each in found if re.search(rf"{_DATA_FILE}$", each.value, re.IGNORECASE) and "/" in each.value
    ]
    yield from files or found


def symbol_in(path: str) -> str | None:
    """Return the file's name where it is a ticker in capitals (`/data/IBM.csv`), else None."""
    name = re.split(r"[\\/]", path)[-1]
    stem = re.sub(rf"{_DATA_FILE}$", "", name, flags=re.IGNORECASE)
    return stem if re.fullmatch(r"\^?[A-Z][A-Z0-9]{0,5}(?:[.=-][A-Z]{1,4})?", stem) else None
