"""From what the user typed to files: `~`, a glob, or one path."""

from __future__ import annotations

import glob
from pathlib import Path

from tools.kernel.errors import BadRequest

LARGEST_BYTES = 2**30
MOST_FILES = 5000


def locate(path: str | None, *, own: Path | None = None) -> list[Path]:
    """Return the files meant by `path`, sorted by name.

    None may be in the folder `own`: what the lake keeps sealed could come back under another name, unsealed.

    Raises BadRequest where there is no file, or a folder, or one of `own`.
    """
    found = _named(path)
    if own is not None and any(each.resolve().is_relative_to(own.resolve()) for each in found):
        raise BadRequest(
            "The files below data/ are this workspace's own: what they hold is in the lake already.",
            hint="`slq data list` shows what there is; `slq data export` makes a copy.",
        )
    return found


def _named(path: str | None) -> list[Path]:
    if not path or not path.strip():
        raise BadRequest(
            "No file was named.", hint="Give its path, for example ~/prices.csv or ~/prices/*.parquet."
        )
    expanded = str(Path(path.strip()).expanduser())
    if Path(expanded).exists() or not glob.has_magic(expanded):
        return [_regular(Path(expanded))]
    found = sorted(Path(each) for each in glob.glob(expanded, recursive=True))  # noqa: PTH207 - absolute patterns
    files = [_regular(each) for each in found if not each.is_dir()]
    if not files:
        raise BadRequest(f"No file matches {path}.", hint="Check the folder and the pattern.")
    if len(files) > MOST_FILES:
        raise BadRequest(f"{path} matches {len(files)} files.", hint=f"Load at most {MOST_FILES} at a time.")
    return files


def read_bytes(path: Path) -> bytes:
    """Return the content. Raises BadRequest where it is empty, too large or not readable."""
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise BadRequest(
                f"{path.name} has {size / 2**30:.1f} GiB.", hint="Split it into files of 1 GiB at most."
            )
        body = path.read_bytes()
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {error.strerror}.", hint="Check its permissions.") from error
    if not body.strip():
        raise BadRequest(f"{path.name} is empty.", hint="Check that the download or export was complete.")
    return body


def _regular(path: Path) -> Path:
    if path.is_dir():
        raise BadRequest(f"{path} is a folder.", hint=f"Name the files in it, for example {path}/*.csv.")
    if not path.exists():
        raise BadRequest(f"There is no file {path}.", hint="Check the path; ~ stands for your home folder.")
    if not path.is_file():
        raise BadRequest(f"{path} is not a regular file.", hint="Name a CSV or Parquet file.")
    return path
