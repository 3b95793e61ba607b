"""Changing one setting in a `.env` file; every other line stays byte for byte.

The lines are told apart by the parser that reads the settings, so a name inside a quoted value of several lines is
not taken for a setting. Where a name is set more than once the last one counts, and is the one that is changed.
"""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

from dotenv.parser import parse_stream

from tools.kernel.atomic import move_into_place, write_temporary
from tools.kernel.errors import BadRequest
from tools.kernel.paths import unwritable

_PLAIN = re.compile(r"[\w./~:@%+,=-]+", re.ASCII)
_BOM = b"\xef\xbb\xbf"


def write_setting(path: Path, name: str, value: str | None) -> None:
    """Set `name` in the file at `path`, which is made where it is not there; None takes the setting out.

    Raises:
        BadRequest: the value cannot be written in such a file.
        WorkspaceError: the file cannot be read or written; it then stays as it was.
    """
    path = path.resolve()  # a link stays a link
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        before = b""
    except OSError as error:
        raise unwritable(path, error) from error
    after = with_setting(before, name, value)
    if after == before:
        return
    temporary = write_temporary(path, after)
    if path.exists():
        shutil.copymode(path, temporary)
    move_into_place(temporary, path)


def with_setting(content: bytes, name: str, value: str | None) -> bytes:
    """Return `content` with `name` set to `value`, or, for None, not set at all. Raises BadRequest."""
    bom, text = (_BOM, content[len(_BOM) :]) if content.startswith(_BOM) else (b"", content)
    # Bytes that are not UTF-8 come back as they were.
    decoded = text.decode("utf-8", errors="surrogateescape")
    bindings = list(parse_stream(io.StringIO(decoded, newline="")))
    places = [place for place, binding in enumerate(bindings) if binding.key == name]
    parts = [binding.original.string for binding in bindings]
    end = "\r\n" if "\r\n" in decoded else "\n"
    if value is None:
        for place in places:
            parts[place] = _lead(parts[place])
    elif places:
        old = parts[places[-1]]
        closed = old.endswith(("\n", "\r"))
        parts[places[-1]] = _lead(old) + _line(name, value) + (end if closed else "")
    else:
        gap = end if decoded and not decoded.endswith(("\n", "\r")) else ""
        parts.append(f"{gap}{_line(name, value)}{end}")
    return bom + "".join(parts).encode("utf-8", errors="surrogateescape")


def _lead(text: str) -> str:
    """Return the blank lines that the parser counts to the setting after them."""
    return text[: len(text) - len(text.lstrip())]


def _line(name: str, value: str) -> str:
    """Return the setting as a line, quoted where it must be."""
    if _PLAIN.fullmatch(value):
        return f"{name}={value}"
    if any(part in value for part in ("'", "\n", "\r", "${", "\\")):
        raise BadRequest(
            f"{value!r} cannot be kept in a .env file.",
            hint=f"Choose a name without quotes, or set {name} yourself.",
        )
    return f"{name}='{value}'"
