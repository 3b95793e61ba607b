"""What is typed after `slq data`, as values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from tools.kernel.errors import BadRequest

if TYPE_CHECKING:
    from tools.lake.adjust import Adjust


def read_state(text: str | None) -> int | datetime | None:
    """Return a snapshot number, or the last moment of a day (UTC). Raises BadRequest."""
    if text is None:
        return None
    if text.isdigit():
        return int(text)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadRequest(
            f"{text!r} is neither a snapshot number nor a day.", hint="For example: 12, or 2024-05-01."
        ) from None
    return datetime(day.year, day.month, day.day, 23, 59, 59, 999999, tzinfo=UTC)


def read_adjust(text: str) -> Adjust:
    """Return the adjustment called `text`. Raises BadRequest."""
    modes: dict[str, Adjust] = {"none": "none", "split": "split", "total": "total"}
    if text not in modes:
        raise BadRequest(f"There is no adjustment {text!r}.", hint="Choose none, split or total.")
    return modes[text]
