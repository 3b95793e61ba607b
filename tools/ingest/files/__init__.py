"""The user's own files as a source: CSV and Parquet, by path or glob.

What a file leaves open is asked, never guessed: the time zone of naive intraday stamps, the order of day and month.
What is guessed (column names, separator, decimal mark) is told in `Fetched.notes`. Rows are never dropped here: bad
ones go on to the checks of the pipeline as they are.
"""

from __future__ import annotations

from tools.ingest.files.source import FilesSource
from tools.kernel.spec import Context

__all__ = ["FilesSource", "open_source"]


def open_source(ctx: Context) -> FilesSource:
    """Return the source; it reads no file of the workspace's own data."""
    return FilesSource(ctx.workspace.data)
