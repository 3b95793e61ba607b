"""What kind of file the bytes are, and its text in UTF-8.

gzip is unpacked; UTF-8 and UTF-16 are known by their mark or validity, and what is neither is taken as cp1252, the
encoding of older Windows programs, in which almost every byte means something: a wrong guess shows in column names.
"""

from __future__ import annotations

import gzip
import io
import zlib

from tools.kernel.errors import BadRequest

LARGEST_UNPACKED_BYTES = 2**32
HEAD = 4096
GZIP, PARQUET, ZIP, UTF8_MARK = b"\x1f\x8b", b"PAR1", b"PK\x03\x04", b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def unpack(body: bytes, name: str) -> bytes:
    """Return `body` without gzip. Raises BadRequest where that is damaged or unpacks to more than 4 GiB."""
    if not body.startswith(GZIP):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as stream:
            unpacked = stream.read(LARGEST_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadRequest(f"{name} is a damaged gzip file.", hint="Download or export it again.") from error
    if len(unpacked) > LARGEST_UNPACKED_BYTES:
        raise BadRequest(f"{name} unpacks to more than 4 GiB.", hint="Split it into smaller files.")
    if not unpacked.strip():
        raise BadRequest(f"{name} is empty.", hint="Check that the download or export was complete.")
    return unpacked


def is_parquet(body: bytes) -> bool:
    """Return whether the bytes say they are Parquet."""
    return body.startswith(PARQUET)


def as_utf8(body: bytes, name: str) -> bytes:
    """Return the text of a CSV file in UTF-8, without a mark. Raises BadRequest where it is not text."""
    if body.startswith(ZIP):
        raise BadRequest(f"{name} is a zip or Excel file, not a table.", hint="Save it as CSV or Parquet.")
    try:
        if body.startswith(UTF16_MARKS):
            return _line_ends(body.decode("utf-16").encode())
        if b"\0" in body[:HEAD]:
            raise BadRequest(f"{name} is binary, not a table.", hint="Name a CSV or Parquet file.")
        body.decode()
    except UnicodeDecodeError:
        return _from_cp1252(body, name)
    return _line_ends(body.removeprefix(UTF8_MARK))


def _line_ends(text: bytes) -> bytes:
    """Return the text with one kind of line end."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def _from_cp1252(body: bytes, name: str) -> bytes:
    try:
        return _line_ends(body.decode("cp1252").encode())
    except UnicodeDecodeError as error:
        raise BadRequest(f"{name} is not text in UTF-8 or cp1252.", hint="Save it as CSV in UTF-8.") from error
